import { CommandBus } from '@nestjs/cqrs';
import { HandleParked, systemContext } from '@app/application';
import { EventUnreadable, projectorOf } from '@app/eventing';
import { ParkedQueries, readModels } from '@app/read-models';
import { Refused, withApplication } from './with-engines.js';

/** The remedies for events that cannot be opened. */
const remedies: Readonly<Record<string, string>> = {
  KeyMissing: ' (restore the keys from a backup)',
  KeyLost: ' (restore the keys from a backup)',
  SealBroken: ' (restore the keys, or the record, from a backup)',
  ContentBroken: ' (restore the record from a backup)',
  UnknownEventType: ' (a newer version wrote it: replace this one)',
  ParkedUnreadable:
    ' (the list of messages parked before it cannot be read: restore the record from a backup; a replay skips it)',
};

/** The read model that skips a stream; `null` for messages parked by another worker. */
const modelOf = ({ worker }: { readonly worker: string }): string | null =>
  readModels.find((model) => projectorOf(model) === worker)?.name ?? null;

export const listParked = (data: string | undefined): Promise<void> =>
  withApplication(data, async (app) => {
    const rows = await app.get(ParkedQueries).all();
    for (const { id, worker, key, waiting, since, cause } of rows)
      console.log(`${id}  ${worker}  ${key}  ${waiting} waiting since ${since}: ${cause}${remedies[cause] ?? ''}`);
    const models = [...new Set(rows.map(modelOf).filter((model) => model !== null))];
    const next = [
      ...(rows.some((row) => modelOf(row) === null) ? ['admin replay'] : []),
      ...(models.length > 0 ? [`admin rebuild ${models.join(' ')}`] : []),
    ];
    console.log(
      rows.length === 0
        ? 'Nothing is parked'
        : `${rows.length} parked; fix the cause, then run: ${next.join(', and ')}`,
    );
  });

export const replayParked = (data: string | undefined, ids: readonly string[]): Promise<void> =>
  withApplication(data, async (app) => {
    const known = await app.get(ParkedQueries).all();
    const unknown = ids.find((id) => !known.some((row) => row.id === id));
    if (unknown !== undefined) throw new Refused(`Nothing is parked under ${unknown}; \`admin parked\` lists what is`);
    const asked = known.filter((row) => modelOf(row) === null && (ids.length === 0 || ids.includes(row.id)));
    let count = 0;
    for (const { id, programId, worker, key } of asked)
      try {
        await app
          .get(CommandBus)
          .execute(
            new HandleParked(id, { type: 'RequestReplay', data: { worker, key } }, systemContext(programId, 'admin')),
          );
        count += 1;
      } catch (error) {
        if (!(error instanceof EventUnreadable)) throw error;
        console.log(`${id}  the list of parked messages cannot be read: ${error.name}${remedies[error.name] ?? ''}`);
        process.exitCode = 1;
      }
    console.log(`Replay requested for ${count}`);
  });
