import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { freePorts, startEngine, type EngineProcess, type StartOptions } from './engine-process.js';
import { engineClassPath } from './java.js';

export type RunningKafka = EngineProcess & {
  readonly brokers: readonly string[];
  readonly folder: string;
  readonly port: number;
};

export type KafkaOptions = StartOptions & {
  /** Holds its data and its log; the same folder and port start the same broker again, also after a SIGKILL. */
  readonly folder: string;
  readonly port?: number;
  /** A second listener with restrictions, and the lines of server.properties that define them. */
  readonly guarded?: { readonly listener: string; readonly settings: string };
};

/** Starts an Apache Kafka of one node and waits until it answers, including its consumer groups. */
export async function startKafka({ folder, port, guarded, ...options }: KafkaOptions): Promise<RunningKafka> {
  const classPath = engineClassPath();
  const [free = 0, controllerPort = 0] = await freePorts(2);
  const taken = port ?? free;
  const properties = join(folder, 'server.properties');
  mkdirSync(folder, { recursive: true });
  writeFileSync(properties, settings(folder, taken, controllerPort, guarded));
  const brokers = [`127.0.0.1:${taken}`];
  const engine = await startEngine(
    {
      name: 'Kafka',
      file: 'java',
      args: (mode) => [
        '-Xms128m',
        '-Xmx256m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-cp',
        classPath,
        'Main',
        mode,
        'kafka',
        properties,
      ],
      log: join(folder, 'kafka.log'),
      probe: () => probeKafka(brokers),
    },
    options,
  );
  return { ...engine, brokers, folder, port: taken };
}

/** Resolves when the brokers and the coordinator of consumer groups answer. */
export async function probeKafka(brokers: readonly string[]): Promise<void> {
  const admin = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    retry: { initialRetryTime: 50, retries: 3 },
  }).admin();
  try {
    await admin.connect();
    await admin.fetchOffsets({ groupId: 'probe' });
  } finally {
    await admin.disconnect();
  }
}

const settings = (folder: string, port: number, controllerPort: number, guarded: KafkaOptions['guarded']): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
controller.listener.names=CONTROLLER
listeners=${[`PLAINTEXT://127.0.0.1:${port}`, `CONTROLLER://127.0.0.1:${controllerPort}`, ...(guarded ? [guarded.listener] : [])].join()}
advertised.listeners=${[`PLAINTEXT://127.0.0.1:${port}`, ...(guarded ? [guarded.listener] : [])].join()}
log.dirs=${join(folder, 'data')}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
# A commit is answered at once, not 5 ms later.
group.coordinator.append.linger.ms=0
# A killed broker is taken back at once, not after 11 s.
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
log.cleaner.dedupe.buffer.size=8388608
log.segment.bytes=16777216
${guarded?.settings ?? ''}
`;
