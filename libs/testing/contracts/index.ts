export { eventStoreContract } from './event-store.contract.js';
export { keyringContract } from './keyring.contract.js';
export { rejection, uniqueName, type Opened } from './opened.js';
export { readModelStoreContract } from './read-model-store.contract.js';
export { at, byId, card, collect, newModel, write } from './read-model-store.samples.js';
export { topicLogContract } from './topic-log.contract.js';
export { Condition, consume, Member, newTopic, numberOf, numbers } from './topic-log.samples.js';
export * from './email-gateway.contract.js';
export * from './sms-gateway.contract.js';
