import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES_OPENED } from '@app/composition';
import type { Engines } from '@app/eventing';

/** Loaded before the product (`node --import`): one read model, LATE_MODEL, always lags. */
const LATE_BY_MS = 1_000;

subscribe(ENGINES_OPENED, (message) => {
  const { readModels } = message as Engines;
  const write = readModels.write.bind(readModels);
  readModels.write = async (model, ...rest) => {
    if (model.name === process.env['LATE_MODEL']) await sleep(LATE_BY_MS);
    return write(model, ...rest);
  };
});
