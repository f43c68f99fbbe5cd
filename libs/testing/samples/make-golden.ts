import { makeMissing } from './golden.js';
import { makeMissingStates } from './golden-states.js';

for (const path of [...(await makeMissing()), ...makeMissingStates()]) process.stdout.write(`${path}\n`);
