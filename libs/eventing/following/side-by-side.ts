/**
 * Runs the parts of a piece of work concurrently, until the signal aborts or a part ends; then the others are told to
 * end too. Settles when all have ended. @throws the error of the first failed part in order
 */
export async function sideBySide(
  signal: AbortSignal,
  parts: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const running = parts.map((part) => part(ending.signal).finally(end));
  const outcomes = await Promise.allSettled(running);
  signal.removeEventListener('abort', end);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
