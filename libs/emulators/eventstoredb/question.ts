import type { Asker } from './asker.js';

/** What a server is asked, how, and what EventStoreDB 23.10.8 answers. */
export type Question = readonly [question: string, ask: (asker: Asker) => Promise<unknown>, answer: unknown];
