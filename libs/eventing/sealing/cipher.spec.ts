import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { decrypted, encrypt } from './cipher.js';

const key = new Uint8Array(32).fill(7);
const aad = Buffer.from('subject/event');
const ivOf = (sealed: string): string => Buffer.from(sealed, 'base64').toString('hex', 0, 12);
const TEXTS = 1_000;

const encryptInThread = `
  const { parentPort, workerData } = require('node:worker_threads');
  void import(workerData).then(({ encrypt }) =>
    parentPort.postMessage(Array.from({ length: ${TEXTS} }, () =>
      encrypt(new Uint8Array(32).fill(7), 'Hello', Buffer.from('subject/event')))));`;

it('encrypts each text with another IV, in all threads', async () => {
  const sealed = Array.from({ length: TEXTS }, () => encrypt(key, 'Hello', aad));
  const threads = [1, 2].map(
    () => new Worker(encryptInThread, { eval: true, workerData: new URL('cipher.js', import.meta.url).href }),
  );
  for (const [theirs] of await Promise.all(threads.map((thread) => once(thread, 'message'))))
    sealed.push(...(theirs as string[]));
  await Promise.all(threads.map((thread) => thread.terminate()));
  expect(new Set(sealed.map(ivOf)).size).toBe(3 * TEXTS);
});

it('decrypts nothing with another key, and nothing that was changed', () => {
  const sealed = encrypt(key, 'Grüße', aad);
  expect(decrypted(key, sealed, aad)).toBe('Grüße');
  expect(decrypted(new Uint8Array(32).fill(8), sealed, aad)).toBeNull();
  expect(decrypted(key, sealed, Buffer.from('subject/other'))).toBeNull();
  expect(decrypted(key, sealed.replace(/.{4}$/, 'AAAA'), aad)).toBeNull();
});
