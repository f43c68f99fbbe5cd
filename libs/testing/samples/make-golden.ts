import { makeMissing } from './golden.js';

for (const path of await makeMissing()) process.stdout.write(`${path}\n`);
