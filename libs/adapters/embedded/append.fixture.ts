import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { WrongExpectedRevision } from '@app/eventing';
import { openEmbedded } from './open-embedded.js';

/**
 * Appends to a few streams until it is killed, and prints each acknowledged append: `<stream> <revision> <event id>`.
 * Some of the appends conflict on purpose.
 */
const { eventStore, keyring } = await openEmbedded(process.argv[2] ?? '');
const say = (line: string): number => writeSync(1, `${line}\n`);

async function writer(stream: string): Promise<never> {
  const stored = await eventStore.read(stream, 0, 1_000_000);
  let revision = stored.length - 1;
  for (;;) {
    const event = { id: randomUUID(), type: 'Happened.v1', data: { text: 'x'.repeat(200) }, metadata: {} };
    const rival = eventStore.append(stream, revision + 1, [{ ...event, id: randomUUID() }]).catch((error: unknown) => {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    });
    const answer = await eventStore.append(stream, revision < 0 ? 'no-stream' : revision, [event]);
    await rival;
    revision = answer.revision;
    say(`${stream} ${revision} ${event.id}`);
    if (revision % 10 === 0) {
      const subject = `${stream}-${revision}`;
      say(`key ${subject} ${Buffer.from(await keyring.ensure(subject)).toString('hex')}`);
    }
  }
}

await Promise.all(Array.from({ length: 20 }, (_, n) => writer(`thing-${n}`)));
