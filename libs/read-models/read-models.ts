import type { ReadModel } from '@app/eventing';
import * as models from './models.js';

/** Every read model. */
export const readModels: readonly ReadModel[] = Object.values(models);
