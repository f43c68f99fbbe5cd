import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessTokens, readyLine } from '@app/platform';
import { startTwilioEmulator } from '@app/emulators/twilio';
import { sample } from '@app/sample-program';

type Facts = {
  url: string;
  emulatorUrl: string;
  programId: string;
  senderPhone: string;
  contactId: string;
  referralId: string;
  tokens: Record<'manager' | 'agent' | 'contact', string>;
};
type Started = { child: ChildProcess; facts: Facts; stderr: () => string };

const main = 'dist/apps/standalone/src/main.js';
const running = new Set<ChildProcess>();
let folder: string;

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'standalone-'))));
afterEach(async () => {
  for (const child of running) await stop(child, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function run(
  args: readonly string[],
  environment: Record<string, string> = {},
): { child: ChildProcess; output: () => string; stderr: () => string } {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...environment } });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  return { child, output: () => stdout, stderr: () => stderr };
}

async function start(environment: Record<string, string> = {}): Promise<Started> {
  const { child, stderr } = run(['--json', '--port', '0', '--data', folder], environment);
  if (!child.stdout) throw new Error('no output');
  const line = await readyLine(child.stdout);
  return { child, stderr, facts: JSON.parse(line) as Facts };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  return ((await exited) as [number | null])[0];
}

const call = async (
  facts: Facts,
  who: 'manager' | 'agent' | 'contact',
  path: string,
  body?: object,
): Promise<Record<string, unknown>> => {
  const headers = { authorization: `Bearer ${facts.tokens[who]}`, 'content-type': 'application/json' };
  return (await (
    await fetch(`${facts.url}${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers })
  ).json()) as Record<string, unknown>;
};

const until = async (isSo: () => Promise<boolean>, what: string): Promise<void> => {
  for (const end = Date.now() + 10_000; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (Date.now() > end) throw new Error(`never: ${what}`);
};

const previews = async (facts: Facts): Promise<unknown[]> =>
  ((await call(facts, 'agent', '/v1/conversations'))['documents'] as { preview: string }[]).map(
    ({ preview }) => preview,
  );

it('G6: all apps in one process: responds, keeps all data over a restart, stops cleanly', async () => {
  const first = await start();
  await call(first.facts, 'agent', '/v1/conversations', { referralId: first.facts.referralId });
  const { conversationId } = (await call(first.facts, 'agent', '/v1/conversations', {
    referralId: first.facts.referralId,
  })) as { conversationId: string };
  await call(first.facts, 'agent', `/v1/conversations/${conversationId}/messages`, {
    channel: 'in-app',
    text: 'Kept?',
  });
  expect(await stop(first.child, 'SIGTERM')).toBe(0);
  expect(first.stderr()).toBe('');

  const second = await start();
  await until(async () => (await previews(second.facts))[0] === 'Kept?', 'first thread');
  expect((await previews(second.facts)).length).toBe(2); // the sample was not loaded twice
  const thread = (await call(second.facts, 'agent', `/v1/conversations/${conversationId}/messages`))[
    'documents'
  ] as object[];
  expect(thread).toHaveLength(1);
  // Tokens survive a restart too.
  expect(await call({ ...second.facts, tokens: first.facts.tokens }, 'agent', '/v1/conversations')).toHaveProperty(
    'documents',
  );
});

it('G6: a second process on the same folder is told which process uses it', async () => {
  await start();
  const { child, stderr } = run(['--port', '0', '--data', folder]);
  expect(((await once(child, 'exit')) as [number])[0]).toBe(1);
  expect(stderr()).toContain(folder);
});

it.each([
  ['EVENT_STORE', 'mongodb'],
  ['READ_MODELS', 'postgres'],
  ['SMS', 'carrier-pigeon'],
  ['PORT', 'eighty'],
  ['JWT_SECRET', 'short'],
  ['TWILIO_AUTH_TOKEN', ''],
  ['CLAIM_TIMEOUT_MS', '1000'],
])('T3 G6: a wrong %s stops the start with its name', async (name, value) => {
  const { child, stderr } = run(['--data', folder], { [name]: value });
  expect(((await once(child, 'exit')) as [number])[0]).toBe(1);
  expect(stderr()).toContain(name);
  expect(stderr()).not.toContain(' at '); // no stack trace
});

it('X8: a missing or wrong master key, or a folder of another build, stops the start with one line that says so', async () => {
  const first = await start();
  expect(await stop(first.child, 'SIGTERM')).toBe(0);
  const refusal = async (environment: Record<string, string> = {}): Promise<string> => {
    const { child, stderr } = run(['--port', '0', '--data', folder], environment);
    expect(((await once(child, 'exit')) as [number])[0]).toBe(1);
    expect(stderr()).toMatch(/^[^\n]+\n$/);
    return stderr();
  };
  const key = join(folder, 'master.key');
  expect(await refusal({ MASTER_KEY: 'ab'.repeat(32) })).toMatch(
    /wrapped by the master key \w{16}; the given one is \w{16}\. Give the right one as MASTER_KEY/,
  );
  await rename(key, `${key}.away`);
  expect(await refusal()).toMatch(/master\.key is missing/);
  await rename(`${key}.away`, key);
  const format = join(folder, 'format.json');
  await rename(format, `${format}.away`);
  expect(await refusal()).toMatch(/was written by an older build/);
  await rename(`${format}.away`, format);
  const second = await start();
  await until(async () => (await previews(second.facts)).length === 1, 'the sample is there');
});

it('T3: real texts without a token or a public address do not start', async () => {
  const { child, stderr } = run(['--data', folder], { SMS: 'twilio' });
  expect(((await once(child, 'exit')) as [number])[0]).toBe(1);
  expect(stderr()).toContain('TWILIO_AUTH_TOKEN');
  expect(stderr()).toContain('PUBLIC_URL');
});

it('G8: with real texts there is no sample program, no developer page, and no token is printed', async () => {
  const { child, output } = run(['--port', '0', '--data', folder], {
    SMS: 'twilio',
    PUBLIC_URL: 'https://messages.example',
    TWILIO_AUTH_TOKEN: 'a'.repeat(32),
    TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
    TWILIO_SENDER_PHONE: '+14155550100',
    JWT_SECRET: 's'.repeat(32),
  });
  await until(() => Promise.resolve(output().includes('sample')), 'it says how to go on');
  const [, url = ''] = /REST +(http:\S+)\/v1/.exec(output()) ?? [];
  expect(output()).not.toContain('eyJ'); // the beginning of a token
  for (const page of ['/docs', '/explorer', '/dev/mail'])
    expect([page, (await fetch(url + page)).status]).toEqual([page, 404]);
  const token = await new AccessTokens('s'.repeat(32)).sign(sample.owner);
  expect(
    await (await fetch(`${url}/v1/conversations`, { headers: { authorization: `Bearer ${token}` } })).json(),
  ).toMatchObject({ code: 'NotAMember' });
  expect(await stop(child, 'SIGTERM')).toBe(0);
});

it('--help lists the options', async () => {
  const { child, output } = run(['--help']);
  await once(child, 'exit');
  expect(output()).toContain('--data');
});

it('N3: when all read models, checkpoints and topics are lost, everything is replayed and nothing is sent again', async () => {
  const emulator = await startTwilioEmulator();
  const environment = { TWILIO_API_URL: emulator.url, TWILIO_AUTH_TOKEN: 'a'.repeat(32) };
  try {
    const first = await start(environment);
    const number = {
      phoneNumber: first.facts.senderPhone,
      smsUrl: `${first.facts.url}/webhooks/twilio/${first.facts.programId}/messages`,
    };
    emulator.putAccount('AC00000000000000000000000000005a3e', { authToken: 'a'.repeat(32), numbers: [number] });
    await emulator.inbound({ from: '+14155550188', to: first.facts.senderPhone, body: 'Hello?' });
    await until(async () => (await previews(first.facts)).includes('Hello?'), 'hello arrives');
    const [row] = (await call(first.facts, 'agent', '/v1/conversations'))['documents'] as { id: string }[];
    await call(first.facts, 'agent', `/v1/conversations/${row?.id}/messages`, { channel: 'sms', text: 'Yes, hello!' });
    const delivered = async (facts: Facts): Promise<boolean> =>
      ((await call(facts, 'agent', `/v1/conversations/${row?.id}/messages`))['documents'] as { state: string }[])[1]
        ?.state === 'delivered';
    await until(() => delivered(first.facts), 'text delivered');
    await until(
      async () => (await readdir(join(folder, 'mail')).catch(() => [])).length === 2,
      'mail to owner and manager',
    );
    // The current assignee of the sample's conversation was not notified of its first message, and a replay does not
    // notify them either.
    const sampleRow = (
      (await call(first.facts, 'agent', '/v1/conversations'))['documents'] as { id: string; channel: string }[]
    ).find(({ channel }) => channel === 'in-app');
    await call(first.facts, 'agent', `/v1/conversations/${sampleRow?.id}/messages`, {
      channel: 'in-app',
      text: 'It does.',
    });
    await until(async () => (await readdir(join(folder, 'mail'))).length === 3, 'mail to Rosa');
    const before = await previews(first.facts);
    await stop(first.child, 'SIGTERM');
    const mails = await readdir(join(folder, 'mail'));
    for (const file of await readdir(folder)) if (file.startsWith('read-models.db')) await rm(join(folder, file));

    const second = await start(environment);
    await until(async () => JSON.stringify(await previews(second.facts)) === JSON.stringify(before), 'same inbox');
    await until(() => delivered(second.facts), 'still delivered');
    // The path from the topic to the mail folder works again, and repeated messages came first.
    await call(second.facts, 'contact', `/v1/portal/conversations/${sampleRow?.id}/messages`, { text: 'Thanks!' });
    await until(async () => (await readdir(join(folder, 'mail'))).length > mails.length, 'mail to Alex');
    expect(await readdir(join(folder, 'mail'))).toHaveLength(mails.length + 1);
    expect(emulator.ledger().creates).toHaveLength(1);
  } finally {
    await emulator.close();
  }
});
