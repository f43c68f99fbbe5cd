import { randomUUID } from 'node:crypto';

/** An engine under test. Suites share it with other users, so they use only names of their own. */
export type Opened<Ports> = Ports & {
  /** Closes it and opens it again on the same data; for a server: a new connection. */
  readonly reopen: () => Promise<Ports>;
  /** Closes what is open now. */
  readonly close: () => Promise<void>;
};

/** A unique name, valid for categories, models and topics. */
export const uniqueName = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '')}`;

/** The error of a rejected promise; fails when it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Expected a rejection');
}
