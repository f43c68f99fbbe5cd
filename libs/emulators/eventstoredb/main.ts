import { Command } from 'commander';
import { startEventStoreDbDouble } from './index.js';

/** The double as a process: prints one line with its connection string when it listens, and stops on SIGTERM. */
const { data, port } = new Command('eventstoredb-double')
  .requiredOption('--data <folder>', 'folder of the events')
  .option('--port <number>', 'port to listen on, 0 for any free one', '0')
  .parse()
  .opts<{ data: string; port: string }>();

const double = await startEventStoreDbDouble({ folder: data, port: Number(port) });
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void double.close().then(() => process.exit(0)));
console.log(JSON.stringify({ url: double.url }));
