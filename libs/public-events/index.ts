export * from './conversations/conversations.topic.js';
export type { Topic } from './define-topic.js';
export * from './topics.js';
