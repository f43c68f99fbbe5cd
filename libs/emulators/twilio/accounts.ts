import { InvalidControl } from './errors.js';
import { isWebAddress } from './web-address.js';

export type AccountNumber = {
  /** E.164. */
  readonly phoneNumber: string;
  /** Where inbound messages are posted; without it they are only listed. */
  readonly smsUrl?: string;
};

/** A pool of numbers: a create may name it instead of a number, and an opt-out applies to all of them. */
export type MessagingService = { readonly sid: string; readonly numbers: readonly string[] };

export type Account = {
  readonly accountSid: string;
  readonly authToken: string;
  readonly numbers: readonly AccountNumber[];
  readonly messagingServices?: readonly MessagingService[];
};

/** What to add or change: numbers and services are merged by their key, everything absent stays. */
export type AccountChange = Partial<Omit<Account, 'accountSid'>>;

/** The provider's accounts. */
export class Accounts {
  private readonly accounts = new Map<string, Account>();

  constructor(accounts: readonly Account[]) {
    for (const account of accounts) this.put(account.accountSid, account);
  }

  /** Adds an account or changes it. A new one needs an auth token. */
  put(accountSid: string, change: AccountChange): Account {
    const known = this.accounts.get(accountSid);
    const authToken = change.authToken ?? known?.authToken ?? '';
    checkAccount(accountSid, authToken, change.numbers ?? []);
    const account: Account = {
      accountSid,
      authToken,
      numbers: merge(known?.numbers, change.numbers, (number) => number.phoneNumber),
      messagingServices: merge(known?.messagingServices, change.messagingServices, (service) => service.sid),
    };
    this.accounts.set(accountSid, account);
    return account;
  }

  get(accountSid: string): Account | undefined {
    return this.accounts.get(accountSid);
  }

  /** The account of a Basic Authorization header, if the credentials are right and belong to this account. */
  authenticate(accountSid: string, authorization: string | undefined): Account | undefined {
    const account = this.accounts.get(accountSid);
    if (!account) return undefined;
    const expected = Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64');
    return authorization === `Basic ${expected}` ? account : undefined;
  }

  /** The account that owns a number, optionally only if it is the given one. */
  ownerOf(phoneNumber: string, accountSid?: string): Account | undefined {
    return [...this.accounts.values()].find(
      (account) => (accountSid ?? account.accountSid) === account.accountSid && findNumber(account, phoneNumber),
    );
  }
}

export const findNumber = (account: Account, phoneNumber: string): AccountNumber | undefined =>
  account.numbers.find((number) => number.phoneNumber === phoneNumber);

export const findService = (account: Account, phoneNumber: string): MessagingService | undefined =>
  account.messagingServices?.find((service) => service.numbers.includes(phoneNumber));

function checkAccount(accountSid: string, authToken: string, numbers: readonly AccountNumber[]): void {
  if (!/^AC[0-9a-fA-F]{32}$/.test(accountSid)) throw new InvalidControl(`not an account sid: ${accountSid}`);
  if (authToken === '') throw new InvalidControl(`account ${accountSid} needs an authToken`);
  for (const { smsUrl } of numbers)
    if (smsUrl !== undefined && !isWebAddress(smsUrl)) throw new InvalidControl(`not a web address: ${smsUrl}`);
}

function merge<T>(known: readonly T[] = [], changed: readonly T[] = [], key: (item: T) => string): readonly T[] {
  const items = new Map(known.map((item) => [key(item), item]));
  for (const item of changed) items.set(key(item), item);
  return [...items.values()];
}
