import { conversationsTopic } from './conversations/conversations.topic.js';
import type { Topic } from './define-topic.js';

/** All topics. */
export const topics: readonly Topic[] = [conversationsTopic];

/** Name of the worker that writes the topics; events it cannot publish are parked there, by stream. */
export const PUBLISHER = 'publisher';
