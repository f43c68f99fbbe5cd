import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import { CONTACT, OURS, receiver, cleanUp, SID, TOKEN } from './emulator.fixture.js';

const running: ChildProcessWithoutNullStreams[] = [];

function run(...args: string[]): {
  child: ChildProcessWithoutNullStreams;
  output: () => string;
  exit: Promise<unknown>;
} {
  const child = spawn(process.execPath, ['dist/libs/emulators/twilio/main.js', ...args]);
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output, exit: once(child, 'close').then(([code]: unknown[]) => code) };
}

afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await cleanUp();
});

describe('the command line', () => {
  it('starts, serves, and stops on SIGTERM although a create is unanswered and a message is scheduled', async () => {
    const hook = await receiver();
    const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
    const ledgerFile = join(folder, 'ledger.jsonl');
    const { child, output, exit } = run(
      '--account',
      `${SID}:${TOKEN}:${OURS},+15005550002`,
      '--sms-url',
      hook.url,
      '--ledger-file',
      ledgerFile,
    );
    await once(child.stdout, 'data');
    const { url } = JSON.parse(output()) as { url: string };
    const client = twilio(SID, TOKEN);
    client.api.baseUrl = url;
    const post = (path: string, body: object) =>
      fetch(`${url}/emulator/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });

    await client.messages.create({ to: CONTACT, from: '+15005550002', body: 'hello' });
    await post('inbound', { from: CONTACT, to: OURS, body: 'hello' });
    expect(hook.received).toHaveLength(1);
    const service = `MG${'5'.repeat(32)}`;
    const change = { messagingServices: [{ sid: service, numbers: [OURS] }] };
    await fetch(`${url}/emulator/accounts/${SID}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    await client.messages.create({
      to: CONTACT,
      messagingServiceSid: service,
      body: 'later',
      scheduleType: 'fixed',
      sendAt: new Date(Date.now() + 3_600_000),
    });
    await post('faults', { next: ['timeout-after'] });
    const unanswered = expect(client.messages.create({ to: CONTACT, from: OURS, body: 'hello' })).rejects.toThrow();
    while (readFileSync(ledgerFile, 'utf8').trim().split('\n').length < 6) await fetch(`${url}/emulator/health`);
    child.kill('SIGTERM');

    expect(await exit).toBe(0);
    await unanswered;
    expect(output().trim().split('\n')).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });

  it('prints its usage, and reports a wrong argument', async () => {
    const help = run('--help');
    const wrong = run('--account', 'nonsense');

    expect(await help.exit).toBe(0);
    for (const option of ['--host', '--port', '--account', '--sms-url', '--ledger-file'])
      expect(help.output()).toContain(option);
    expect(await wrong.exit).toBe(1);
    expect(wrong.output()).toContain('expected SID:TOKEN:+number');
    expect(wrong.output()).not.toContain('    at ');
  });
});
