import { SoleProcess } from './leadership.js';

it('an engine of one process needs no lease', async () => {
  const seen: AbortSignal[] = [];
  const { signal } = new AbortController();
  await new SoleProcess().lead('inbox', async (given) => void seen.push(given), signal);
  expect(seen).toEqual([signal]);
});
