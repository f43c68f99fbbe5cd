import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { PUBLISHER } from '@app/public-events';
import { readModels } from '@app/read-models';
import { Burst, PARTS } from './burst.js';
import { count } from './row.js';
import { timed } from './statistics.js';

type Options = { readonly events: number; readonly processes: readonly number[] };

const numbers = (list: string): number[] => {
  const given = list.split(',').map(Number);
  if (!given.every((one) => Number.isInteger(one) && one > 0)) throw new InvalidArgumentError('Give numbers, as 1,2,4');
  return given;
};

const { events, processes } = new Command('burst')
  .description(
    `Stores a burst of events of 64 programs, and measures how long projectors and publishers, divided into ${PARTS} parts, need for it with different numbers of processes. Starts Kafka, MongoDB's stand-in and EventStoreDB's double, unless KAFKA_BROKERS, MONGODB_URL and EVENTSTOREDB_URL are given.`,
  )
  .option('--events <number>', 'events of the burst', Number, 50_000)
  .option('--processes <numbers>', 'numbers of processes of each kind', numbers, [1, 2, 4])
  .parse()
  .opts<Options>();

const followers = {
  projector: readModels.map(({ name }) => name),
  publisher: [PUBLISHER],
};

const burst = await Burst.open();
try {
  await burst.store(events);
  console.log(
    `Node ${process.versions.node}, ${availableParallelism()} cores, ${count(events)} events, ${PARTS} parts\n`,
  );
  for (const [app, names] of Object.entries(followers))
    for (const processCount of processes) {
      await burst.reset();
      // Some of the work is done while the last process starts.
      const { seconds } = await timed(async () => {
        await burst.start(app, processCount);
        await burst.caughtUp(names);
      });
      console.log(
        `${app.padEnd(10)} ${processCount} processes  ${seconds.toFixed(1).padStart(6)} s  ${count(events / seconds)} events/s`,
      );
    }
} finally {
  await burst.close();
}
