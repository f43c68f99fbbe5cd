import { defineAggregate } from '@app/kernel';
import { importDecider } from './import.decider.js';
import { importEventTypes } from './import.events.js';

export * from './import.decider.js';
export * from './import.events.js';

/** A file with rows of another system. */
export const importAggregate = defineAggregate({
  category: 'import',
  decider: importDecider,
  events: importEventTypes,
});
