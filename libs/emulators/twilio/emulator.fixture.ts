import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import twilio from 'twilio';
import { DescribedClient } from './description.fixture.js';
import { startTwilioEmulator, type Account, type TwilioEmulator, type TwilioEmulatorOptions } from './index.js';

export const SID = 'AC00000000000000000000000000000001';
export const TOKEN = 'a-token-for-tests';
export const OURS = '+15005550001';
export const CONTACT = '+15005559001';

export const account = (change: Partial<Account> = {}): Account => ({
  accountSid: SID,
  authToken: TOKEN,
  numbers: [{ phoneNumber: OURS }],
  ...change,
});

const started: { close(): Promise<void> }[] = [];

/** Starts an emulator with one account; `cleanUp` closes it. */
export async function start(options: TwilioEmulatorOptions = {}): Promise<TwilioEmulator> {
  const emulator = await startTwilioEmulator({ accounts: [account()], ...options });
  started.push(emulator);
  return emulator;
}

/** For `afterEach`: closes everything that a test started. */
export async function cleanUp(): Promise<void> {
  for (const item of started.splice(0)) await item.close();
}

/** The unmodified SDK, with each response checked against the provider's description. */
export function connect(emulator: TwilioEmulator, accountSid = SID, token = TOKEN): twilio.Twilio {
  const client = twilio(accountSid, token, { httpClient: new DescribedClient() });
  client.api.baseUrl = emulator.url;
  return client;
}

/** The unmodified SDK, with a short time-out. */
export function connectPlainly(emulator: TwilioEmulator, timeout = 10_000): twilio.Twilio {
  const client = twilio(SID, TOKEN, { timeout });
  client.api.baseUrl = emulator.url;
  return client;
}

/** Polls until the condition holds, because there is no notification. */
export async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never true: ${condition.toString()}`);
    await sleep(3);
  }
}

export type Received = { path: string; params: Record<string, string>; headers: http.IncomingHttpHeaders };
type Respond = (response: http.ServerResponse, received: Received) => void;

export type Receiver = { url: string; received: Received[]; close(): Promise<void> };

/** A webhook that stores requests and answers 204 unless told otherwise. */
export async function receiver(respond: Respond = (response) => response.writeHead(204).end()): Promise<Receiver> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      const item = { path: request.url ?? '', params, headers: request.headers };
      received.push(item);
      respond(response, item);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  started.push({ close });
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, received, close };
}

/** The SDK's check of a signature, without any code of the emulator. */
export const signatureHolds = (url: string, { headers, params }: Received, token = TOKEN): boolean =>
  twilio.validateRequest(token, String(headers['x-twilio-signature']), url, params);

export async function control(emulator: TwilioEmulator, method: string, path: string, body?: unknown) {
  const sent =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${emulator.url}/emulator/${path}`, { method, ...sent });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
