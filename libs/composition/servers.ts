import type { openEventStoreDb as openEventStoreDbNow } from '@app/adapters/eventstoredb';
import type { openKafka as openKafkaNow } from '@app/adapters/kafka';
import type { openMongo as openMongoNow } from '@app/adapters/mongo';

// Each adapter is imported when its engine is chosen, so that a process on embedded engines starts without the others.
// By paths: the build rewrites `@app/...` in static imports only.

export const openEventStoreDb = async (...options: Parameters<typeof openEventStoreDbNow>) =>
  (await import('../adapters/eventstoredb/index.js')).openEventStoreDb(...options);

export const openKafka = async (...options: Parameters<typeof openKafkaNow>) =>
  (await import('../adapters/kafka/index.js')).openKafka(...options);

export const openMongo = async (...options: Parameters<typeof openMongoNow>) =>
  (await import('../adapters/mongo/index.js')).openMongo(...options);
