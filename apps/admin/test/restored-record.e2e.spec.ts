import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbedded, openEngines } from '@app/composition';
import { InboundEntry, Lookups } from '@app/application';
import type { Sender } from '@app/domain/program';
import { Checkpoints, EventLog, UnusableData, type RecordedStoredEvent } from '@app/eventing';
import { categoryOf, type JsonObject } from '@app/kernel';
import { loadConfiguration } from '@app/platform';
import { startEventStoreDbDouble, type EventStoreDbDouble } from '@app/emulators/eventstoredb';
import { startStandalone, type Standalone } from '../../standalone/src/standalone.js';
import { setBack } from '../src/set-back.js';
import { sample } from '@app/sample-program';

const program = (app: string): string => fileURLToPath(new URL(`../../${app}/src/main.js`, import.meta.url));
const EXPLANATION =
  /^The record (ends at \d{20}|is empty), and these are beyond its end: .*publisher at \d{20}.*read model inbox at \d{20}.*npm run admin -- rebuild/;

let folder: string;
let data: string;
let environment: Record<string, string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restored-'));
  data = join(folder, 'data');
  environment = { DATA_DIR: data, PORT: '0' };
});
afterEach(() => rmSync(folder, { recursive: true }));

const start = (): Promise<Standalone> => startStandalone(loadConfiguration(environment));
const run = (app: string, ...args: string[]) =>
  spawnSync(process.execPath, [program(app), ...args], {
    env: { PATH: process.env['PATH'], ...environment },
    encoding: 'utf8',
    timeout: 60_000,
  });

/** Lets staff write, waits until all followers have caught up, and stops. */
async function runAndWrite(text: string): Promise<void> {
  const standalone = await start();
  try {
    await send(standalone, text);
    const head = await standalone.app.get(EventLog).head();
    for (const name of ['inbox', 'thread', 'publisher', 'automation'])
      expect(await standalone.app.get(Checkpoints).waitFor(name, head ?? '', 10_000)).toBe(true);
  } finally {
    await standalone.close();
  }
}

async function send({ url, tokens }: Standalone, text: string): Promise<void> {
  const headers = { authorization: `Bearer ${await tokens.sign(sample.agent)}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/conversations/${sample.conversationId}/messages`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ channel: 'in-app', text }),
  });
  expect(answer.status).toBe(201);
}

async function texts(): Promise<string[]> {
  const { app, url, tokens, close } = await start();
  try {
    const head = await app.get(EventLog).head();
    const headers = { authorization: `Bearer ${await tokens.sign(sample.agent)}` };
    const answer = await fetch(`${url}/v1/conversations/${sample.conversationId}/messages?position=${head}`, {
      headers,
    });
    return ((await answer.json()) as { documents: { text: string }[] }).documents.map(({ text }) => text);
  } finally {
    await close();
  }
}

const isRefused = async (): Promise<void> => {
  const starting = start();
  await expect(starting).rejects.toBeInstanceOf(UnusableData);
  await expect(starting).rejects.toThrow(EXPLANATION);
};

it('X4: older events beside newer read models stop the start; a rebuild fixes it, and later events are followed', async () => {
  await runAndWrite('in the backup');
  cpSync(data, join(folder, 'backup'), { recursive: true });
  await runAndWrite('after the backup');
  cpSync(join(folder, 'backup', 'record.db'), join(data, 'record.db'));

  await isRefused();
  const stopped = run('standalone');
  expect([stopped.status, stopped.stderr.trim().split('\n')]).toEqual([1, [expect.stringMatching(EXPLANATION)]]);
  expect(run('admin', 'parked').stderr).toMatch(EXPLANATION);

  const rebuilt = run('admin', 'rebuild');
  expect([rebuilt.status, rebuilt.stderr]).toEqual([0, '']);
  expect(rebuilt.stdout).toMatch(/^publisher +set back$/m);
  await runAndWrite('after the repair');
  expect((await texts()).slice(-2)).toEqual(['in the backup', 'after the repair']);
}, 120_000);

const SID = `SM${'1'.repeat(32)}`;
/** Categories of the streams that hold the text, in the order of the events. */
const routed = async ({ app }: Standalone): Promise<string[]> => {
  const [eventLog, types] = [app.get(EventLog), [] as string[]];
  const head = (await eventLog.head()) ?? '';
  for await (const { events, position } of eventLog.follow({
    after: null,
    categories: ['inbound', 'conversation'],
    signal: AbortSignal.timeout(10_000),
  })) {
    types.push(
      ...events
        .filter(({ data }) => (data as JsonObject)['providerMessageId'] === SID)
        .map(({ stream }) => categoryOf(stream)),
    );
    if (position >= head) break;
  }
  return types;
};

it('X4, T4: a text whose routing event was lost is routed after the repair', async () => {
  const first = await start();
  const { senders } = await first.app.get(Lookups).program(sample.programId);
  const form = { MessageSid: SID, From: '+14155550177', To: first.senderPhone, Body: 'Hello' };
  await first.app.get(InboundEntry).accept(sample.programId, senders[0] as Sender, {
    providerMessageId: form.MessageSid,
    from: form.From,
    form,
    sentAt: null,
  });
  for (const name of ['automation', 'inbox'])
    expect(await first.app.get(Checkpoints).waitFor(name, (await first.app.get(EventLog).head()) ?? '', 10_000)).toBe(
      true,
    );
  expect(await routed(first).finally(() => first.close())).toEqual(['inbound', 'conversation']);

  await loseAfter('inbound');
  await isRefused();
  expect(run('admin', 'rebuild').stdout).toMatch(/^automation +set back$/m);
  const second = await start();
  while ((await routed(second)).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await routed(second).finally(() => second.close())).toEqual(['inbound', 'conversation']);
}, 120_000);

/** Keeps only the events up to the newest one of a category. */
async function loseAfter(category: string): Promise<void> {
  const [whole, part] = [await openEmbedded(data), await openEmbedded(join(folder, 'part'))];
  const events: RecordedStoredEvent[] = [];
  const head = (await whole.eventStore.head()) ?? '';
  for await (const batch of whole.eventStore.subscribe({ after: null, signal: new AbortController().signal })) {
    events.push(...batch.events);
    if (batch.position >= head) break;
  }
  const last = events.findLastIndex(({ stream }) => stream.startsWith(`${category}-`));
  for (const { stream, revision, id, type, data: content, metadata } of events.slice(0, last + 1))
    await part.eventStore.append(stream, revision === 0 ? 'no-stream' : revision - 1, [
      { id, type, data: content, metadata },
    ]);
  await Promise.all([whole.close(), part.close()]);
  cpSync(join(folder, 'part', 'record.db'), join(data, 'record.db'));
}

describe('with the events on a server', () => {
  let server: EventStoreDbDouble;
  afterEach(() => server.close());

  it('X4: an empty event store beside keys and read models stops the start, and a rebuild does not change that', async () => {
    server = await startEventStoreDbDouble({ folder: join(folder, 'one') });
    environment = { ...environment, EVENT_STORE: 'eventstoredb', EVENTSTOREDB_URL: server.url };
    await runAndWrite('in the lost record');
    await server.close();
    server = await startEventStoreDbDouble({ folder: join(folder, 'two') });
    environment = { ...environment, EVENTSTOREDB_URL: server.url };

    for (let time = 0; time < 2; time += 1) {
      await expect(start()).rejects.toThrow(
        /^The record is empty, and the keys belong to the record [-0-9a-f]{36}, and the read models and checkpoints belong to the record/,
      );
      // This process serves the event store, so it must not block while the command runs.
      const engines = await openEngines(loadConfiguration(environment));
      await setBack(engines, () => undefined);
      await engines.close();
    }
  }, 120_000);
});
