import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedReadModelStore } from '../../../../libs/adapters/embedded/read-model-store.js';

/** Loaded before the product (`node --import`): one read model, LATE_MODEL, is always behind. */
const LATE_BY_MS = 1_000;

const readModels = EmbeddedReadModelStore.prototype;
const write = readModels.write;
readModels.write = async function (this: EmbeddedReadModelStore, model, ...rest) {
  if (model.name === process.env['LATE_MODEL']) await sleep(LATE_BY_MS);
  return write.call(this, model, ...rest);
};
