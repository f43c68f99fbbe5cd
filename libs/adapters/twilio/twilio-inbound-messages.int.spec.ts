import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MessageListUnavailable, type ListedText, type SmsAccount } from '@app/gateways';
import { startTwilioEmulator, type TwilioEmulator } from '@app/emulators/twilio';
import { TwilioInboundMessages } from './twilio-inbound-messages.gateway.js';

const account = { accountSid: `AC${'0'.repeat(31)}1`, authToken: 'a'.repeat(32) };
const [ours, alsoOurs, contact] = ['+14155550100', '+14155550101', '+14155550132'];
const start = Date.UTC(2026, 0, 5, 9);
const at = (second: number): string => new Date(start + second * 1_000).toISOString();

let emulator: TwilioEmulator;
beforeEach(
  async () =>
    (emulator = await startTwilioEmulator({
      accounts: [{ ...account, numbers: [ours, alsoOurs].map((phoneNumber) => ({ phoneNumber })) }],
    })),
);
afterEach(() => emulator.close());

async function list(
  since: string,
  { who = account, url = emulator.url, to = ours }: { who?: SmsAccount; url?: string; to?: string } = {},
): Promise<ListedText[]> {
  const texts: ListedText[] = [];
  for await (const text of new TwilioInboundMessages(url, 300).list(who, to, new Date(since))) texts.push(text);
  return texts;
}

/** The emulator behind a server that counts requests, and may not respond. */
async function between(
  answers: (count: number) => boolean,
): Promise<{ url: string; asked: () => number; close: () => void }> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    if (!answers(count)) return;
    void fetch(`${emulator.url}${request.url}`, {
      headers: { authorization: String(request.headers.authorization) },
    }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => count, close };
}

it("T5: returns the parameters of a listed text's webhook, as far as the list has them", async () => {
  const { sid } = await emulator.inbound({
    from: contact,
    to: ours,
    body: 'Ünï & co',
    mediaUrls: ['https://example.com/a.png'],
    createdAt: at(7),
  });
  const empty = await emulator.inbound({ from: contact, to: ours, createdAt: at(5) });
  const form = { AccountSid: account.accountSid, From: contact, To: ours, NumSegments: '1' };
  expect(await list(at(0))).toEqual([
    {
      providerMessageId: sid,
      from: contact,
      to: ours,
      createdAt: start + 7_000,
      form: { ...form, MessageSid: sid, Body: 'Ünï & co', NumMedia: '1' },
    },
    {
      providerMessageId: empty.sid,
      from: contact,
      to: ours,
      createdAt: start + 5_000,
      form: { ...form, MessageSid: empty.sid, Body: '', NumMedia: '0' },
    },
  ]);
});

it('T5: lists only one number’s inbound texts: none of another number, none sent by us or the provider', async () => {
  await emulator.inbound({ from: contact, to: ours, body: 'STOP', createdAt: at(1) });
  await emulator.inbound({ from: contact, to: alsoOurs, body: 'to the other number', createdAt: at(2) });
  await emulator.inbound({ from: ours, to: alsoOurs, body: 'between our numbers', createdAt: at(3) });
  expect((await list(at(0))).map(({ form }) => form['Body'])).toEqual(['STOP']);
  expect((await list(at(0), { to: alsoOurs })).map(({ form }) => form['Body'])).toEqual([
    'between our numbers',
    'to the other number',
  ]);
});

it('T5: reads page after page, newest first, up to the page that holds an older one', async () => {
  for (let second = 0; second < 350; second += 1)
    await emulator.inbound({ from: contact, to: ours, body: `${second}`, createdAt: at(second) });
  const counted = await between(() => true);
  try {
    expect((await list(at(-1), { url: counted.url })).map(({ form }) => form['Body'])).toEqual(
      Array.from({ length: 350 }, (_, n) => String(349 - n)),
    );
    expect(counted.asked()).toBe(4);
    // A page has one hundred: the second one goes from 249 to 150.
    expect((await list(at(200), { url: counted.url })).at(-1)?.form['Body']).toBe('150');
    expect(counted.asked()).toBe(6);
    expect(await list(at(1_000), { url: counted.url })).toHaveLength(100);
    expect(counted.asked()).toBe(7);
  } finally {
    counted.close();
  }
});

describe('T5: a list that cannot be read is an error with a code, and without numbers, texts or the token', () => {
  const failure = async (listing: Promise<unknown>): Promise<MessageListUnavailable> => {
    const error: unknown = await listing.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MessageListUnavailable);
    const { code, message, cause } = error as MessageListUnavailable;
    expect(cause).toBeUndefined();
    for (const secret of [contact, ours, ours.slice(1), account.authToken, 'personal'])
      expect(`${code} ${message}`).not.toContain(secret);
    return error as MessageListUnavailable;
  };

  it('a wrong token', async () => {
    expect((await failure(list(at(0), { who: { ...account, authToken: 'b'.repeat(32) } }))).code).toBe('20003');
  });

  it('no server', async () => {
    expect((await failure(list(at(0), { url: 'http://127.0.0.1:1' }))).code).toBe('ECONNREFUSED');
  });

  it('an invalid response', async () => {
    const server = createServer((_request, response) => response.writeHead(502).end(`personal ${contact}`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    expect(
      (await failure(list(at(0), { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))).code,
    ).toBe('HTTP 502');
    server.close();
  });

  it('no response in time, also to a later page', async () => {
    for (let second = 0; second < 150; second += 1)
      await emulator.inbound({ from: contact, to: ours, body: 'personal', createdAt: at(second) });
    for (const answered of [0, 1]) {
      const silent = await between((count) => count <= answered);
      expect((await failure(list(at(0), { url: silent.url }))).code).toBe('ECONNABORTED');
      silent.close();
    }
  });
});
