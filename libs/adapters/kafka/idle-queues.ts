import { createRequire } from 'node:module';

type RequestQueue = {
  readonly prototype: { readonly pending: readonly unknown[]; scheduleCheckPendingRequests(): void };
};

// kafkajs 2.2.4 looks at every connection's queue each millisecond for ever, empty or not (tulios/kafkajs#1751): 3 % of a
// processor for an idle producer, and a warning of Node 24. Only a queue with something in it needs that.
const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as RequestQueue;
const schedule = prototype.scheduleCheckPendingRequests;
prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) schedule.call(this);
};
