import { createRequire } from 'node:module';

type RequestQueue = {
  readonly prototype: { readonly pending: readonly unknown[]; scheduleCheckPendingRequests(): void };
};

// kafkajs 2.2.4 polls every connection's queue each millisecond forever, even when it is empty (tulios/kafkajs#1751): 3
// % of a processor for an idle producer, and a warning of Node 24. This polls only queues that are not empty.
const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as RequestQueue;
const schedule = prototype.scheduleCheckPendingRequests;
prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) schedule.call(this);
};
