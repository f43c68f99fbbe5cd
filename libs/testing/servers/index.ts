export { startKafka, probeKafka, type KafkaOptions, type RunningKafka } from './kafka.js';
export { startMongo, probeMongo, type MongoOptions, type RunningMongo } from './mongo.js';
export { freePort, NotStarted, startEngine, type EngineProcess } from './engine-process.js';
export { MissingTool } from './java.js';
export { eventStoreDbVersion } from './servers.js';
