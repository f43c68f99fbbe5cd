import { Command } from 'commander';
import { capacityTable, measuredIn } from './capacity.js';
import { readResults } from './results.js';

const program = new Command('capacity')
  .description('Computes what more messages need, from the last results of the benchmark.')
  .option('--results <file>', 'the results of npm run bench', 'bench-results.json')
  .parse();

try {
  console.log(capacityTable(measuredIn(readResults(program.opts<{ results: string }>().results))));
} catch (error) {
  program.error(error instanceof Error ? error.message : String(error));
}
