import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbedded } from '@app/composition';
import { rebuild } from '@app/eventing';
import { readyLine } from '@app/platform';
import { inboxProjection as inbox } from '@app/read-models';
import { product } from './messages.js';
import { alternate, ratioOf } from './rounds.js';
import { count, type Row } from './row.js';
import { median, timed } from './statistics.js';
import { eventLogOf, storeConversations } from './stored-conversations.js';

export type StartsOptions = { readonly events: number; readonly rounds: number };

const EVENTS_EACH = 10;
const main = fileURLToPath(new URL('../../standalone/src/main.js', import.meta.url));

/** `npm start` until the first page of the inbox, with many events against none but the sample program's. */
export async function startsWithAndWithoutEvents({ events, rounds }: StartsOptions): Promise<Row> {
  const folders = [await sampleFolder(), await sampleFolder()] as const;
  try {
    await store(folders[0], events);
    const [full = [], empty = []] = await alternate(
      rounds,
      folders.map((folder) => () => secondsToFirstAnswer(folder)),
    );
    return {
      id: '9',
      what: `start to first answer with ${count(events)} / no events`,
      result: ratioOf(full, empty, (seconds) => seconds),
      aim: { atMost: 1.1 },
      figures: `${median(full).toFixed(2)} / ${median(empty).toFixed(2)} s`,
    };
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true });
  }
}

/** A folder with the sample program, whose followers have caught up. */
async function sampleFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const server = product({ conversations: 0, reached: 'nothing', folder });
  await server.start();
  await server.stop();
  await server.end();
  return folder;
}

/** Stores conversations and the inbox's rows; every other follower counts as having handled the events. */
async function store(folder: string, events: number): Promise<void> {
  const engines = await openEmbedded(folder);
  try {
    const eventLog = eventLogOf(engines);
    const before = await eventLog.head();
    await storeConversations(eventLog, { conversations: events / EVENTS_EACH, events: EVENTS_EACH });
    const head = await eventLog.head();
    const position = await rebuild({ eventLog, ...engines }, inbox, new AbortController().signal);
    if (position !== null) await engines.readModels.swapRebuild(inbox, position);
    for (const { name, checkpoint } of await engines.checkpoints.all())
      if (checkpoint === before) await engines.checkpoints.set(name, checkpoint, head);
  } finally {
    await engines.close();
  }
}

async function secondsToFirstAnswer(folder: string): Promise<number> {
  const { seconds, result: child } = await timed(async () => {
    const env = { ...process.env, NODE_ENV: 'production', DATA_DIR: folder, PORT: '0' };
    const started = spawn(process.execPath, [main, '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const { url, tokens } = JSON.parse(await readyLine(started.stdout)) as { url: string; tokens: { agent: string } };
    const response = await fetch(`${url}/v1/conversations`, { headers: { authorization: `Bearer ${tokens.agent}` } });
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    return started;
  });
  child.kill();
  if (child.exitCode === null) await once(child, 'exit');
  return seconds;
}
