/** How far a provider's statuses are. Of several final ones the best news counts: an attempt that failed is not the one that arrived. */
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
 * Of two statuses the one that is further, whichever came first: callbacks come in any order and more than once. A status
 * we do not know is kept and never hides one we know.
 */
export function furtherStatus(current: string | null, next: string): string {
  if (current === null) return next;
  const ahead = forward.indexOf(next) - forward.indexOf(current);
  return ahead > 0 || (ahead === 0 && next > current) ? next : current;
}

export const isFailure = (status: string): boolean =>
  status === 'undelivered' || status === 'failed' || status === 'canceled';
