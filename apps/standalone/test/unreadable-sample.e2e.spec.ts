import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStore, naturalId } from '@app/eventing';
import { loadConfiguration } from '@app/platform';
import { sample } from '@app/sample-program';
import { startStandalone } from '../src/standalone.js';

it('rule 13: an unreadable part of the sample program does not prevent the start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unreadable-sample-'));
  const configuration = loadConfiguration({ DATA_DIR: folder, PORT: '0' });
  try {
    const first = await startStandalone(configuration);
    const store = first.app.get(EventStore);
    const stream = `conversation-${sample.conversationId}`;
    const last = (await store.read(stream, 0, 100)).at(-1);
    await store.append(stream, last?.revision ?? 'no-stream', [
      { id: naturalId('spec', 'unreadable'), type: 'MessageReceived.v99', data: {}, metadata: last?.metadata ?? {} },
    ]);
    await first.close();
    const again = await startStandalone(configuration);
    const token = await again.tokens.sign(sample.agent);
    const answers = await Promise.all(
      ['/health/live', '/v1/conversations'].map((path) =>
        fetch(`${again.url}${path}`, { headers: { authorization: `Bearer ${token}` } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await again.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
