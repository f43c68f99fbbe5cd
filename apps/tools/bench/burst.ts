import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Automation } from '@app/application';
import { openEngines } from '@app/composition';
import { naturalId, Progress, RecordCheck, type Engines } from '@app/eventing';
import { loadConfiguration } from '@app/platform';
import { PUBLISHER } from '@app/public-events';
import { readModels } from '@app/read-models';
import { admin } from '../chaos/admin.js';
import { startNode, type Child } from '../chaos/processes.js';
import { programAt, type Server } from '../chaos/product.js';
import { readModelServer, recordServer, topicServer } from '../chaos/servers.js';
import { eventLogOf, storeConversations } from './stored-conversations.js';

export const PARTS = 8;
const TAKE_OVER_AFTER_MS = 3_000;
const EVENTS_EACH = 10;
const LONGEST_MS = 1_800_000;

/** Programs of the burst; the parts are of similar size. */
const programs = Array.from({ length: 64 }, (_, number) => naturalId('burst', String(number)));
/** Followers that are divided. */
export const divided = [...readModels.map(({ name }) => name), PUBLISHER, Automation.worker];

/** Followers in several processes, on Kafka, MongoDB or its stand-in, and EventStoreDB or its double. */
export class Burst {
  private readonly children: Child[] = [];

  private constructor(
    readonly environment: Readonly<Record<string, string>>,
    readonly engines: Engines,
    private readonly servers: readonly Server[],
    private readonly folder: string,
  ) {}

  static async open(): Promise<Burst> {
    const folder = await mkdtemp(join(tmpdir(), 'burst-'));
    const run = `burst-${Date.now()}`;
    const servers = [await topicServer(folder, run), await readModelServer(folder, run), await recordServer(folder)];
    const environment = {
      ...Object.assign({}, ...servers.map((server) => server.environment)),
      MASTER_KEY: randomBytes(32).toString('hex'),
      DATA_DIR: join(folder, 'data'),
      PARTITIONS: String(PARTS),
      TAKE_OVER_AFTER_MS: String(TAKE_OVER_AFTER_MS),
      PORT: '0',
    };
    admin('prepare', environment);
    const engines = await openEngines(loadConfiguration(environment));
    // Writes the identity of the event store, which comes before everything else.
    await new RecordCheck(engines).pass();
    return new Burst(environment, engines, servers, folder);
  }

  /** Stores conversations of many programs. */
  async store(events: number): Promise<void> {
    await storeConversations(eventLogOf(this.engines), {
      conversations: Math.round(events / EVENTS_EACH),
      events: EVENTS_EACH,
      programs,
    });
  }

  /** Starts processes of an app, and resolves when they are ready. */
  async start(app: string, count: number): Promise<void> {
    const log = join(this.folder, `${app}.log`);
    const started = Array.from({ length: count }, () =>
      startNode([programAt(`apps/${app}/src/main.js`)], this.environment, log),
    );
    this.children.push(...started);
    await Promise.all(started.map(({ readyLine }) => readyLine));
  }

  /** Kills the process that was started last. */
  async kill(): Promise<void> {
    const child = this.children.pop();
    child?.kill('SIGKILL');
    await child?.ended;
  }

  /** Waits until these followers have handled every event. */
  async caughtUp(followers: readonly string[] = divided): Promise<void> {
    const { eventStore, checkpoints, partitions } = this.engines;
    const progress = new Progress(checkpoints, partitions);
    const head = (await eventStore.head()) ?? '';
    for (const name of followers)
      if (!(await progress.waitFor({ name }, head, LONGEST_MS))) throw new Error(`${name} did not catch up in time`);
  }

  /** Ends all processes, and makes their followers begin again, with empty read models. */
  async reset(): Promise<void> {
    await this.stop();
    const { checkpoints, partitions, readModels: store } = this.engines;
    for (const model of readModels) {
      await store.beginRebuild(model);
      await store.swapRebuild(model, null);
    }
    for (const follower of [PUBLISHER, Automation.worker])
      for (const part of partitions.all) {
        const name = part.nameOf(follower);
        await checkpoints.set(name, await checkpoints.get(name), null);
      }
  }

  async close(): Promise<void> {
    await this.stop();
    await this.engines.close();
    for (const server of this.servers) await server.stop();
    await rm(this.folder, { recursive: true });
  }

  private async stop(): Promise<void> {
    const ending = this.children.splice(0);
    for (const child of ending) child.kill('SIGTERM');
    await Promise.all(ending.map(({ ended }) => ended));
  }
}
