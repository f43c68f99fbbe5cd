import {
  memberName,
  sleep,
  storedPartitions,
  storePartitions,
  subjectOf,
  type Checkpoints,
  type Engines,
  type Partitions,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import { PUBLISHER } from '@app/public-events';
import { Automation } from '@app/application';
import { readModels } from '@app/read-models';
import { Refused } from './with-engines.js';

/** Followers that can be divided, by the names of their checkpoints. */
const subjects = [...readModels.map(({ name }) => name), Automation.worker, PUBLISHER];

/**
 * Divides the followers into the configured number of parts. Each new part begins where the last of the former ones is:
 * handling an event again changes nothing. If it is stopped, the former parts or the new ones are valid, and it is run
 * again.
 * @throws Refused while a process follows, since it would go on with the former parts
 */
export async function partition(
  { checkpoints, partitions, readModels: store }: Engines,
  takeOverAfterMs: number,
  say: (line: string) => void,
): Promise<void> {
  const before = (await storedPartitions(checkpoints)) ?? partitions;
  if (before.count === partitions.count) {
    await dropOthers(checkpoints, partitions);
    return say(`The followers are divided into ${before.count} already`);
  }
  if (await isFollowed(checkpoints, takeOverAfterMs))
    throw new Refused('Processes are running: stop all of them, and run this again');
  for (const model of readModels) await store.prepare(model);
  for (const subject of subjects) {
    const from = await reachedByAll(checkpoints, namesOf(subject, before));
    for (const name of namesOf(subject, partitions)) await checkpoints.set(name, await checkpoints.get(name), from);
    say(`${subject.padEnd(12)} ${partitions.count} parts from ${from ?? 'the beginning'}`);
  }
  await storePartitions(checkpoints, partitions);
  await dropOthers(checkpoints, partitions);
}

/** Removes the checkpoints of former parts, and of those that a stopped run has left. */
async function dropOthers(checkpoints: Checkpoints, partitions: Partitions): Promise<void> {
  const valid = new Set(subjects.flatMap((subject) => namesOf(subject, partitions)));
  for (const { name, of, checkpoint } of await checkpoints.all())
    if (of !== 'copy' && subjects.includes(subjectOf(name)) && !valid.has(name))
      await checkpoints.set(name, checkpoint, null);
}

const namesOf = (subject: string, { all }: Partitions): readonly string[] => all.map((part) => part.nameOf(subject));

/** The position of the last of them; `null` when one is at the beginning. */
async function reachedByAll(checkpoints: Checkpoints, names: readonly string[]): Promise<Position | null> {
  const reached = await Promise.all(names.map((name) => checkpoints.get(name)));
  return reached.includes(null) ? null : (reached.toSorted()[0] ?? null);
}

/** Whether a process renews its entry among the leases. */
async function isFollowed(checkpoints: Checkpoints, takeOverAfterMs: number): Promise<boolean> {
  const before = await checkpoints.all(memberName(''));
  if (before.length === 0) return false;
  await sleep(takeOverAfterMs);
  const entries = new Map(before.map(({ name, checkpoint }) => [name, checkpoint]));
  return (await checkpoints.all(memberName(''))).some(({ name, checkpoint }) => entries.get(name) !== checkpoint);
}
