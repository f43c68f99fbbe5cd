import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccessTokens, generousQuotas } from '@app/platform';
import { freePort } from '@app/testing/servers';
import { sample } from '@app/sample-program';
import { admin } from './admin.js';
import { ACCOUNT, JWT_SECRET, programAt, type Facts, type Server, type Target } from './product.js';
import { killProcess, RestartableProcess } from './restartable-process.js';
import type { Random } from './random.js';
import { EVENT_STORE, MONGODB, readModelServer, recordServer, topicServer } from './servers.js';

/** The program texts from the last of its numbers. */
type Settings = {
  readonly folder: string;
  readonly senderPhones: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
};

/** Two of each follower process, which share the work; requests find one api at a fixed address. */
const APPS = [
  'api',
  'projector',
  'projector',
  'publisher',
  'publisher',
  'automation',
  'automation',
  'notifier',
  'notifier',
] as const;

/**
 * Each app in a separate process, on Kafka, MongoDB or its stand-in, and the EventStoreDB double; servers given by the
 * environment are used instead.
 */
export class SeparateProduct implements Target {
  private constructor(
    readonly environment: Readonly<Record<string, string>>,
    private readonly facts: Facts,
    private readonly folder: string,
    private readonly apps: ReadonlyMap<string, RestartableProcess<undefined>>,
    private readonly servers: ReadonlyMap<string, Server>,
  ) {}

  static async open({ folder, senderPhones, environment }: Settings): Promise<SeparateProduct> {
    const run = `crash-${Date.now()}`;
    const servers = new Map([
      ['kafka', await topicServer(folder, run)],
      [MONGODB, await readModelServer(folder, run)],
      [EVENT_STORE, await recordServer(folder)],
    ]);
    const senderPhone = senderPhones.at(-1) ?? '';
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const all = {
      ...Object.fromEntries([...servers.values()].flatMap((server) => Object.entries(server.environment))),
      ...environment,
      ...generousQuotas,
      DEVELOPER_PAGES: 'true',
      DATA_DIR: join(folder, 'data'),
      PUBLIC_URL: url,
      JWT_SECRET,
      TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
      TWILIO_SENDER_PHONE: senderPhone,
      TAKE_OVER_AFTER_MS: '2500',
    };
    admin('prepare', all);
    for (const TWILIO_SENDER_PHONE of senderPhones) admin('sample', { ...all, TWILIO_SENDER_PHONE });
    const count = new Map<string, number>();
    const apps = new Map<string, RestartableProcess<undefined>>();
    for (const app of APPS) {
      const n = (count.get(app) ?? 0) + 1;
      count.set(app, n);
      const name = n === 1 ? app : `${app}-${n}`;
      apps.set(
        name,
        new RestartableProcess(
          [programAt(`apps/${app}/src/main.js`)],
          { ...all, PORT: app === 'api' ? String(port) : '0' },
          join(folder, `${name}.log`),
          () => undefined,
        ),
      );
    }
    return new SeparateProduct(all, await factsOf(url, senderPhone), folder, apps, servers);
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

  /** The processes and servers that can be killed, by name. */
  get names(): readonly string[] {
    return [...this.apps.keys(), ...[...this.servers].flatMap(([name, { kill }]) => (kill ? name : []))];
  }

  async killOnce(random: Random): Promise<string> {
    const name = random.pick(this.names);
    const app = this.apps.get(name);
    if (app) return `${name} ${await killProcess(app, random)}`;
    await sleep(random.between(50, 800));
    // Sometimes frozen for so long that clients give up.
    await this.servers.get(name)?.kill?.(() => sleep(random.between(0, name === MONGODB ? 8_000 : 1_500)));
    return `${name} ${name === MONGODB ? 'unavailable for a while' : 'killed and restarted'}`;
  }

  async kill(name: string): Promise<void> {
    const app = this.apps.get(name);
    if (!app) return this.servers.get(name)?.kill?.(() => Promise.resolve());
    await app.end('SIGKILL');
    await app.start();
  }

  async finish(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.end('SIGTERM')));
  }

  async close(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.end('SIGKILL')));
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
  }
}

async function factsOf(url: string, senderPhone: string): Promise<Facts> {
  const tokens = new AccessTokens(JWT_SECRET);
  const [owner, manager, agent, reader, contact] = await Promise.all([
    tokens.sign(sample.owner),
    tokens.sign(sample.manager),
    tokens.sign(sample.agent),
    tokens.sign(sample.reader),
    tokens.sign(sample.contact),
  ]);
  return {
    url,
    programId: sample.programId,
    senderPhone,
    referralId: sample.referralId,
    contactId: sample.contact.id,
    tokens: { owner, manager, agent, reader, contact },
  };
}
