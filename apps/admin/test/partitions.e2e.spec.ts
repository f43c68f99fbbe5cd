import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Automation } from '@app/application';
import { Checkpoints, EventLog, isPosition, Partitions, Progress, UnusableData } from '@app/eventing';
import { loadConfiguration, type Identity } from '@app/platform';
import { PUBLISHER } from '@app/public-events';
import { readModels } from '@app/read-models';
import { sample } from '@app/sample-program';
import { addSecondProgram, second } from '../../api/test/second-program.fixture.js';
import { startStandalone, type Standalone } from '../../standalone/src/standalone.js';

const admin = fileURLToPath(new URL('../src/main.js', import.meta.url));
const subjects = [...readModels.map(({ name }) => name), PUBLISHER, Automation.worker];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'partitions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = (parts: number): Record<string, string> => ({
  DATA_DIR: folder,
  PORT: '0',
  THREADS: '1',
  PARTITIONS: String(parts),
});
const runAdmin = (parts: number, ...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [admin, ...args], {
    env: { PATH: process.env['PATH'], ...environment(parts) },
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
};

/** Works with the running product, waits until all followers have caught up, and stops. */
async function running(parts: number, work: (standalone: Standalone) => Promise<void>): Promise<void> {
  const standalone = await startStandalone(loadConfiguration(environment(parts)));
  try {
    await work(standalone);
    const head = (await standalone.app.get(EventLog).head()) ?? '';
    for (const name of subjects) {
      expect(await standalone.app.get(Progress).waitFor({ name }, head, 20_000)).toBe(true);
      const checkpoints = standalone.app.get(Checkpoints);
      for (const part of new Partitions(parts).all) expect((await checkpoints.get(part.nameOf(name))) ?? '').toBe(head);
    }
    const followers = (await standalone.app.get(Checkpoints).all()).filter(isPosition);
    expect(followers.filter(({ name }) => / \d+\/\d+$/.test(name))).toHaveLength(
      parts === 1 ? 0 : parts * subjects.length,
    );
  } finally {
    await standalone.close();
  }
}

async function send({ url, tokens }: Standalone, as: Identity, conversationId: string, text: string): Promise<void> {
  const headers = { authorization: `Bearer ${await tokens.sign(as)}`, 'content-type': 'application/json' };
  const messages = `${url}/v1/conversations/${conversationId}/messages`;
  const sent = await fetch(messages, { method: 'POST', headers, body: JSON.stringify({ channel: 'in-app', text }) });
  expect(sent.status).toBe(201);
  const { position } = (await sent.json()) as { position: string };
  const read = await fetch(`${messages}?position=${position}&order=desc`, { headers });
  const { documents } = (await read.json()) as { documents: { text: string }[] };
  expect(documents[0]?.text).toBe(text);
}

const sendInBoth = (text: string) => async (standalone: Standalone) => {
  await send(standalone, sample.agent, sample.conversationId, text);
  await send(standalone, second.agent, second.conversationId, text);
};

it('rule 13: followers are divided and joined by a step, and the read models equal a rebuild', async () => {
  await running(1, async (standalone) => {
    await addSecondProgram(standalone.app);
    await sendInBoth('in one part')(standalone);
  });
  const starting = startStandalone(loadConfiguration(environment(8)));
  await expect(starting).rejects.toBeInstanceOf(UnusableData);
  await expect(starting).rejects.toThrow('npm run admin -- partition');

  expect(runAdmin(8, 'partition')).toMatch(/^inbox +8 parts from \d{20}$/m);
  expect(runAdmin(8, 'partition')).toBe('The followers are divided into 8 already\n');
  await running(8, sendInBoth('in eight parts'));
  expect(runAdmin(8, 'compare').match(/equal$/gm)).toHaveLength(readModels.length);
  runAdmin(8, 'rebuild', 'inbox');
  await running(8, sendInBoth('after a rebuild'));

  runAdmin(1, 'partition');
  await running(1, sendInBoth('in one part again'));
  expect(runAdmin(1, 'compare').match(/equal$/gm)).toHaveLength(readModels.length);
}, 180_000);
