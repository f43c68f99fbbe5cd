/**
 * The order of a provider's statuses. Of several final ones the best counts: a failed attempt is not the one that
 * arrived.
 */
const forward = [
  'accepted',
  'scheduled',
  'queued',
  'sending',
  'sent',
  'canceled',
  'failed',
  'undelivered',
  'partially_delivered',
  'delivered',
  'read',
];

/**
 * The more advanced of two statuses: callbacks arrive in any order and more than once. An unknown status is kept and
 * never hides a known one.
 */
export function furtherStatus(current: string | null, next: string): string {
  if (current === null) return next;
  const ahead = forward.indexOf(next) - forward.indexOf(current);
  return ahead > 0 || (ahead === 0 && next > current) ? next : current;
}

export const isFailure = (status: string): boolean =>
  status === 'undelivered' || status === 'failed' || status === 'canceled';
