import { bookkeepingSamples } from './bookkeeping.js';
import { consentSamples } from './consents.js';
import { contactSamples } from './contacts.js';
import { conversationSamples } from './conversations.js';
import { deliverySamples } from './deliveries.js';
import { programSamples } from './programs.js';
import type { DomainEvent, Samples } from './sample-types.js';

/** One example of the data of each event type. */
export const samples: Samples = {
  ...bookkeepingSamples,
  ...consentSamples,
  ...contactSamples,
  ...conversationSamples,
  ...deliverySamples,
  ...programSamples,
};

export const sampleOf = <Type extends DomainEvent['type']>(type: Type): Extract<DomainEvent, { type: Type }> =>
  ({ type, data: samples[type] }) as unknown as Extract<DomainEvent, { type: Type }>;
