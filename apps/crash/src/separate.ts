import { execSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessTokens, generousQuotas } from '@app/platform';
import { freePort, probeMongo, startKafka, startMongo, type RunningKafka, type RunningMongo } from '@app/testing/engines';
import { sample } from '../../admin/src/sample.js';
import { ACCOUNT, JWT_SECRET, programAt, type Facts, type Target } from './product.js';
import { killProcess, RestartableProcess } from './restartable-process.js';
import type { Random } from './random.js';

/** The program texts from the last of its numbers. */
type Settings = { readonly folder: string; readonly senderPhones: readonly string[]; readonly environment: Readonly<Record<string, string>> };

/** Two of each that follows, so that one stands by; requests find one api at a fixed address. */
const APPS = ['api', 'projector', 'projector', 'publisher', 'publisher', 'automation', 'automation', 'notifier', 'notifier'] as const;

/** Each app in a process of its own, on Kafka, MongoDB or its stand-in, and the EventStoreDB double; servers given by the environment are used instead and left alone. */
export class SeparateProduct implements Target {
  private constructor(
    readonly environment: Readonly<Record<string, string>>,
    private readonly facts: Facts,
    private readonly folder: string,
    private readonly apps: ReadonlyMap<string, RestartableProcess<undefined>>,
    private readonly engines: EngineProcesses,
  ) {}

  static async open({ folder, senderPhones, environment }: Settings): Promise<SeparateProduct> {
    const engines = await EngineProcesses.start(folder);
    const senderPhone = senderPhones.at(-1) ?? '';
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const all = {
      ...engines.environment, ...environment,
      ...generousQuotas, DEVELOPER_PAGES: 'true', DATA_DIR: join(folder, 'data'), PUBLIC_URL: url, JWT_SECRET, TWILIO_AUTH_TOKEN: ACCOUNT.authToken, TWILIO_SENDER_PHONE: senderPhone, TAKE_OVER_AFTER_MS: '2500',
    };
    admin('prepare', all);
    for (const TWILIO_SENDER_PHONE of senderPhones) admin('sample', { ...all, TWILIO_SENDER_PHONE });
    const count = new Map<string, number>();
    const apps = new Map<string, RestartableProcess<undefined>>();
    for (const app of APPS) {
      const n = (count.get(app) ?? 0) + 1;
      count.set(app, n);
      const name = n === 1 ? app : `${app}-${n}`;
      apps.set(name, new RestartableProcess([programAt(`apps/${app}/src/main.js`)], { ...all, PORT: app === 'api' ? String(port) : '0' }, join(folder, `${name}.log`), () => undefined));
    }
    return new SeparateProduct(all, await factsOf(url, senderPhone), folder, apps, engines);
  }

  get endedByItself(): string | null {
    for (const [name, { endedByItself }] of this.apps) if (endedByItself !== null) return `${name}: ${endedByItself}`;
    return null;
  }

  async start(): Promise<Facts> {
    await Promise.all([...this.apps.values()].map((app) => app.start()));
    return this.facts;
  }

  async up(): Promise<Facts> {
    await this.apps.get('api')?.up();
    return this.facts;
  }

  /** What can be killed, by name. */
  get names(): readonly string[] {
    return [...this.apps.keys(), ...this.engines.names];
  }

  async killOnce(random: Random): Promise<string> {
    const name = random.pick(this.names);
    const app = this.apps.get(name);
    if (app) return `${name} ${await killProcess(app, random)}`;
    await sleep(random.between(50, 800));
    // Frozen for so long that clients give up, now and then.
    await this.engines.kill(name, () => sleep(random.between(0, name === MONGODB ? 8_000 : 1_500)));
    return `${name} ${name === MONGODB ? 'away for a while' : 'killed and started again'}`;
  }

  async kill(name: string): Promise<void> {
    const app = this.apps.get(name);
    if (!app) return this.engines.kill(name, () => Promise.resolve());
    await app.end('SIGKILL');
    await app.start();
  }

  async finish(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.end('SIGTERM')));
  }

  async close(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.end('SIGKILL')));
    await this.engines.stop();
  }
}

const EVENT_STORE = 'eventstoredb';
const MONGODB = 'mongodb';

/**
 * The engines of one run. The stand-in of MongoDB keeps nothing over a kill, so it is frozen instead; a server that is given
 * is stopped and started by the commands MONGODB_STOP and MONGODB_START, where these are given too.
 */
class EngineProcesses {
  private constructor(
    private kafka: RunningKafka | null,
    private readonly mongo: RunningMongo | null,
    private readonly double: RestartableProcess<string> | null,
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async start(folder: string): Promise<EngineProcesses> {
    const { KAFKA_BROKERS, MONGODB_URL, EVENTSTOREDB_URL } = process.env;
    const kafka = KAFKA_BROKERS === undefined ? await startKafka({ folder: join(folder, 'kafka') }) : null;
    const mongo = MONGODB_URL === undefined ? await startMongo({ log: join(folder, 'mongo.log') }) : null;
    const double = EVENTSTOREDB_URL === undefined ? await doubleIn(folder) : null;
    const run = `crash-${Date.now()}`;
    return new EngineProcesses(kafka, mongo, double, {
      EVENT_STORE, EVENTSTOREDB_URL: EVENTSTOREDB_URL ?? (await double?.up()) ?? '',
      READ_MODELS: MONGODB, MONGODB_URL: MONGODB_URL?.replace(/(\/\/[^/]+\/)\w+/, `$1${run}`) ?? mongo?.url ?? '', MASTER_KEY: randomBytes(32).toString('base64'),
      TOPICS: 'kafka', KAFKA_BROKERS: KAFKA_BROKERS ?? kafka?.brokers.join(',') ?? '', KAFKA_PREFIX: `${run}.`,
    });
  }

  get names(): readonly string[] {
    return [...(this.kafka ? ['kafka'] : []), ...(this.mongo || (process.env['MONGODB_STOP'] && process.env['MONGODB_START']) ? [MONGODB] : []), ...(this.double ? [EVENT_STORE] : [])];
  }

  /** Ends it hard, and starts it again on the same data and port after the pause. */
  async kill(name: string, pause: () => Promise<unknown>): Promise<void> {
    if (name === MONGODB && this.mongo) {
      this.mongo.kill('SIGSTOP');
      await pause();
      this.mongo.kill('SIGCONT');
    }
    if (name === MONGODB && !this.mongo) await this.stopAndStart(pause);
    if (name === 'kafka' && this.kafka) {
      const { folder, port, kill, ended } = this.kafka;
      kill('SIGKILL');
      await ended;
      await pause();
      this.kafka = await startKafka({ folder, port });
    }
    if (name === EVENT_STORE && this.double) {
      await this.double.end('SIGKILL');
      await pause();
      await this.double.start();
    }
  }

  private async stopAndStart(pause: () => Promise<unknown>): Promise<void> {
    const { MONGODB_STOP = '', MONGODB_START = '' } = process.env;
    execSync(MONGODB_STOP, { stdio: 'ignore' });
    await pause();
    execSync(MONGODB_START, { stdio: 'ignore' });
    while (!(await probeMongo(this.environment['MONGODB_URL'] ?? '').then(() => true, () => false)));
  }

  async stop(): Promise<void> {
    await Promise.all([this.kafka?.stop(), this.mongo?.stop(), this.double?.end('SIGTERM')]);
  }
}

async function doubleIn(folder: string): Promise<RestartableProcess<string>> {
  const data = join(folder, 'eventstoredb');
  mkdirSync(data, { recursive: true });
  const args = [programAt('libs/testing/eventstoredb-double/main.js'), '--data', data, '--port', String(await freePort())];
  const double = new RestartableProcess(args, {}, join(folder, 'eventstoredb.log'), (line) => (JSON.parse(line) as { url: string }).url);
  await double.start();
  return double;
}

/** Runs a command of `admin` on these engines. @returns what it printed; @throws when it fails */
export function admin(command: string, environment: Readonly<Record<string, string>>): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programAt('apps/admin/src/main.js'), command], { encoding: 'utf8', env: { PATH: process.env['PATH'], ...environment } });
  if (status !== 0) throw new Error(`admin ${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

async function factsOf(url: string, senderPhone: string): Promise<Facts> {
  const tokens = new AccessTokens(JWT_SECRET);
  const [owner, manager, agent, contact] = await Promise.all([tokens.sign(sample.owner), tokens.sign(sample.manager), tokens.sign(sample.agent), tokens.sign(sample.contact)]);
  return { url, programId: sample.programId, senderPhone, referralId: sample.referralId, contactId: sample.contact.id, tokens: { owner, manager, agent, contact } };
}
