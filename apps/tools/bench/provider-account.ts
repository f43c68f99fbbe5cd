/** The account that the sample program's number belongs to. */
export const account = {
  accountSid: 'AC00000000000000000000000000005a3e',
  authToken: 'a token of the benchmark',
} as const;
