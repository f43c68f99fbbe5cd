import { devNull } from 'node:os';
import { jsonLogger } from '@app/platform';
import { startNode } from './processes.js';

it('log lines of a process before it is ready are not mistaken for its ready line', async () => {
  const entries: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((entry) => entries.push(String(entry)) > 0);
  jsonLogger().warn({ event: 'published again' });
  write.mockRestore();
  expect(entries).toHaveLength(1);
  const child = startNode(
    ['-e', `process.stdout.write(${JSON.stringify(`${entries.join('')}{"url":"http://127.0.0.1:9"}\n`)})`],
    {},
    devNull,
  );
  expect(await child.readyLine).toBe('{"url":"http://127.0.0.1:9"}');
  expect(await child.ended).toBe('0');
});
