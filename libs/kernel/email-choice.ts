/** Which emails a person gets about messages: one for each, one for those of a while (a digest), or none. */
export const emailChoices = ['on', 'digest_15_minutes', 'digest_1_hour', 'digest_1_day', 'off'] as const;
export type EmailChoice = (typeof emailChoices)[number];

const MINUTE_MS = 60_000;
const digests: Readonly<Partial<Record<EmailChoice, number>>> = {
  digest_15_minutes: 15 * MINUTE_MS,
  digest_1_hour: 60 * MINUTE_MS,
  digest_1_day: 24 * 60 * MINUTE_MS,
};

/** How long a digest waits for further messages, in ms; 0 when there is none. */
export const digestMs = (choice: EmailChoice): number => digests[choice] ?? 0;

/** The choice in force: a person's own counts, unless the program sends no emails. */
export const emailsInForce = (ofProgram: EmailChoice, own: EmailChoice | null): EmailChoice =>
  ofProgram === 'off' ? 'off' : (own ?? ofProgram);
