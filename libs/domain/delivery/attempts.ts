import { furtherStatus, isFailure } from './provider-status.js';

/** What the provider has reported about one claim. */
export type Attempt = {
  readonly claimId: string;
  readonly providerMessageId: string | null;
  /** The most advanced of its receipts. */
  readonly status: string | null;
  /** The provider's code for the first failure. */
  readonly errorCode: string | null;
};

/**
 * The claims of a delivery. A provider report belongs to the claim it names: only the newest claim decides about the
 * message, the others are history.
 */
export type Attempts = { readonly newest: Attempt | null; readonly earlier: readonly Attempt[] };

export type Receipt = {
  readonly claimId: string;
  readonly providerMessageId: string;
  readonly status: string;
  readonly errorCode: string | null;
};

/** Number of attempts that are kept besides the newest one. */
const KEPT = 10;

export const noAttempts: Attempts = { newest: null, earlier: [] };

const begun = (claimId: string): Attempt => ({ claimId, providerMessageId: null, status: null, errorCode: null });

/** A new claim becomes the newest one. An attempt without a provider report leaves no history. */
export const claimedAgain = (attempts: Attempts, claimId: string): Attempts => {
  const { newest } = attempts;
  const isSilent = newest === null || (newest.providerMessageId === null && newest.errorCode === null);
  return { ...(isSilent ? attempts : sentAgain(attempts)), newest: begun(claimId) };
};

/**
 * Staff decided to send again although the newest attempt may have arrived: later reports about that attempt are
 * history.
 */
export const sentAgain = ({ newest, earlier }: Attempts): Attempts => ({
  newest: null,
  earlier: newest ? kept([...earlier, newest]) : earlier,
});

export const answered = (attempts: Attempts, claimId: string, answer: Partial<Attempt>): Attempts =>
  changed(attempts, claimId, (attempt) => ({ ...attempt, ...answer }));

export const reported = (attempts: Attempts, { claimId, providerMessageId, status, errorCode }: Receipt): Attempts =>
  changed(attempts, claimId, (attempt) => ({
    claimId,
    providerMessageId: attempt.providerMessageId ?? providerMessageId,
    status: furtherStatus(attempt.status, status),
    errorCode: attempt.errorCode ?? (isFailure(status) ? errorCode : null),
  }));

function changed({ newest, earlier }: Attempts, claimId: string, change: (attempt: Attempt) => Attempt): Attempts {
  if (newest?.claimId === claimId) return { newest: change(newest), earlier };
  const isKnown = earlier.some((attempt) => attempt.claimId === claimId);
  return {
    newest,
    earlier: isKnown
      ? earlier.map((attempt) => (attempt.claimId === claimId ? change(attempt) : attempt))
      : kept([...earlier, change(begun(claimId))]),
  };
}

const kept = (attempts: readonly Attempt[]): readonly Attempt[] => attempts.slice(-KEPT);
