import { readModels } from '@app/read-models';
import { compareModel, rebuildModel, storesOf, type Stores } from './read-model-copies.js';
import { setBack } from './set-back.js';
import { Refused, withApplication, withEngines } from './with-engines.js';

const eachModel = (
  data: string | undefined,
  names: readonly string[],
  work: (stores: Stores, model: (typeof readModels)[number]) => Promise<string>,
): Promise<void> =>
  withApplication(data, async (app) => {
    const unknown = names.find((name) => !readModels.some((model) => model.name === name));
    if (unknown !== undefined)
      throw new Refused(
        `There is no read model ${unknown}; there are ${readModels.map(({ name }) => name).join(', ')}`,
      );
    const chosen = readModels.filter(({ name }) => names.length === 0 || names.includes(name));
    for (const model of chosen) console.log(`${model.name.padEnd(12)} ${await work(storesOf(app), model)}`);
  });

export const rebuildModels = async (data: string | undefined, names: readonly string[]): Promise<void> => {
  await withEngines(data, (engines) => setBack(engines, console.log));
  await eachModel(data, names, async (stores, model) => `${await rebuildModel(stores, model)} rows`);
};

export const compareAll = (data: string | undefined): Promise<void> =>
  eachModel(data, [], async (stores, model) => {
    const { rows, firstDifference } = await compareModel(stores, model);
    if (firstDifference !== null) process.exitCode = 1;
    return `${String(rows).padStart(7)} rows  ${firstDifference === null ? 'equal' : `DIFFERENT, first at ${firstDifference}`}`;
  });
