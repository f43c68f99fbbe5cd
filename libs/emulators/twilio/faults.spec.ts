import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp, connect, connectPlainly, CONTACT, eventually, OURS, start } from './emulator.fixture.js';
import type { Fault } from './index.js';

afterEach(cleanUp);

const hello = { to: CONTACT, from: OURS, body: 'hello' };

/** What a caller sees of a create: a reliable status, or an error that does not say what happened. */
async function outcomeOf(create: Promise<{ status: unknown }>): Promise<unknown> {
  try {
    return (await create).status;
  } catch (error) {
    const { status, code } = error as { status?: number; code?: number | string };
    return { status, code };
  }
}

describe('a fault as the SDK sees it', () => {
  it.each<[Fault, unknown, boolean, number | null]>([
    ['timeout-before', { status: undefined, code: 'ECONNABORTED' }, false, null],
    ['timeout-after', { status: undefined, code: 'ECONNABORTED' }, true, null],
    ['reset-before', { status: undefined, code: 'ECONNRESET' }, false, null],
    ['reset-after', { status: undefined, code: 'ECONNRESET' }, true, null],
    ['429', { status: 429, code: 20429 }, false, 429],
    ['500-before', { status: 500, code: 20500 }, false, 500],
    ['500-after', { status: 500, code: 20500 }, true, 500],
    ['slow', 'queued', true, 201],
  ])('%s', async (fault, expected, accepted, answered) => {
    const emulator = await start({ slowMs: 20 });
    emulator.setFaults({ next: [fault] });

    const seen = await outcomeOf(
      connectPlainly(emulator, fault.startsWith('timeout') ? 150 : 10_000).messages.create(hello),
    );

    expect(seen).toEqual(expected);
    const [entry] = emulator.ledger().creates;
    expect(entry).toMatchObject({ n: 1, fault, accepted, answered });
    expect(entry?.sid === null).toBe(!accepted);
    expect(await connect(emulator).messages.list()).toHaveLength(accepted ? 1 : 0);
  });

  it('applies to the creates in order, and null means none', async () => {
    const emulator = await start({ faults: { next: ['429', null, '500-after'], rates: { '429': 1 } } });
    const client = connect(emulator);

    const seen = [];
    for (let n = 0; n < 4; n += 1) seen.push(await outcomeOf(client.messages.create(hello)));

    expect(seen).toEqual([
      { status: 429, code: 20429 },
      'queued',
      { status: 500, code: 20500 },
      { status: 429, code: 20429 },
    ]);
  });

  it('applies at the given rate, and the same again for the same seed', async () => {
    const emulator = await start();
    const client = connect(emulator);
    const run = async (seed: number): Promise<(string | null)[]> => {
      emulator.reset();
      emulator.setFaults({ rates: { '429': 0.25, '500-after': 0.25 }, seed });
      for (let n = 0; n < 80; n += 1) await outcomeOf(client.messages.create(hello));
      return emulator.ledger().creates.map(({ fault }) => fault);
    };

    const first = await run(11);

    expect(first.filter((fault) => fault === '429').length).toBeGreaterThan(8);
    expect(first.filter((fault) => fault === '500-after').length).toBeGreaterThan(8);
    expect(first.filter((fault) => fault === null).length).toBeGreaterThan(20);
    expect(await run(11)).toEqual(first);
    expect(await run(12)).not.toEqual(first);
  });

  it('is written to the ledger file before the caller sees it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
    const ledgerFile = join(folder, 'ledger.jsonl');
    const emulator = await start({ ledgerFile, faults: { next: ['timeout-after', 'timeout-before', null] } });
    const client = connectPlainly(emulator, 150);

    for (let n = 0; n < 3; n += 1) await outcomeOf(client.messages.create(hello));

    const lines = readFileSync(ledgerFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; n: number; sid?: string });
    expect(lines.map(({ kind, n }) => `${kind} ${String(n)}`)).toEqual([
      'received 1',
      'accepted 1',
      'received 2',
      'received 3',
      'accepted 3',
    ]);
    expect(lines.map(({ sid }) => sid).filter((sid) => sid !== undefined)).toEqual(
      emulator.ledger().creates.flatMap(({ sid }) => sid ?? []),
    );
    rmSync(folder, { recursive: true });
  });

  it('does not keep the emulator from closing', async () => {
    const emulator = await start({ faults: { next: ['timeout-after'] }, delays: { sentMs: 3_600_000 } });
    const create = outcomeOf(connectPlainly(emulator).messages.create(hello));
    await eventually(() => emulator.ledger().creates.length === 1);

    await emulator.close();

    expect(await create).toMatchObject({ status: undefined });
    await expect(fetch(`${emulator.url}/emulator/health`)).rejects.toThrow('fetch failed');
  });
});
