import { Partitions, storedPartitions, type Engines } from '@app/eventing';
import { Automation } from '@app/application';
import { PUBLISHER } from '@app/public-events';
import { ParkedQueries, parkedProjection } from '@app/read-models';

/** Followers that make decisions or send, by the names of their checkpoints. */
const DIVIDED = [Automation.worker, PUBLISHER, parkedProjection.name];
const UNDIVIDED = ['automation replays', 'notifier opt-outs', 'notifier replays', 'notifier sweep'];

/**
 * Why the events must not be copied yet, in plain words; `null` when they may. Positions decide the order of opt-outs
 * and opt-ins, and those of two engines cannot be compared: texts that automation handles after the copy would get
 * newer positions.
 */
export async function whyNotToCopy({
  eventStore,
  checkpoints,
  readModels,
}: Pick<Engines, 'eventStore' | 'checkpoints' | 'readModels'>): Promise<string | null> {
  const head = await eventStore.head();
  if (head === null) return null;
  await readModels.prepare(parkedProjection);
  const behind: string[] = [];
  // The folder says how its followers are divided; settings of the environment do not apply to a copy.
  const partitions = (await storedPartitions(checkpoints)) ?? new Partitions();
  const divided = DIVIDED.flatMap((name) => partitions.all.map((part) => part.nameOf(name)));
  for (const name of [...divided, ...UNDIVIDED]) {
    const checkpoint = await checkpoints.get(name);
    if (checkpoint !== head) behind.push(`${name} ${checkpoint === null ? 'has not begun' : `is at ${checkpoint}`}`);
  }
  if (behind.length > 0)
    return (
      `The record ends at ${head}, and some followers have not reached its end: ${behind.join(', ')}. Positions of two engines cannot be compared, so nothing was copied. ` +
      'Start the process on this folder again, send no requests for a minute longer than UNDELIVERED_AFTER_MS (two minutes), stop it, and copy again'
    );
  const parked = (await new ParkedQueries(readModels).all()).filter(({ worker }) => worker === Automation.worker);
  return parked.length === 0
    ? null
    : `Automation has parked messages of ${parked.length} phone numbers or conversations. Positions of two engines cannot be compared, so nothing was copied. Fix what "admin parked" lists, run "admin replay", start the process until "admin parked" lists nothing of automation, and copy again`;
}
