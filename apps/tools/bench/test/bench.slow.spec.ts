import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEventStoreDbDouble } from '@app/emulators/eventstoredb';

const main = fileURLToPath(new URL('../main.js', import.meta.url));
const servers = ['EVENTSTOREDB_URL', 'KAFKA_BROKERS', 'MONGODB_URL', 'POSTGRES_URL'];
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !servers.includes(name)));
const bench = (args: readonly string[], env: NodeJS.ProcessEnv = environment) =>
  promisify(execFile)(process.execPath, [main, ...args], { env });

describe('bench', () => {
  it('prints every row beside its target, whatever the result', async () => {
    const { stdout } = await bench(['--short']);
    const rows = stdout
      .split('\n')
      .flatMap(
        (line) => /^(\d+) .+ (?:\d+\.\d\d|not run) +([<>]= \d+\.\d\d|none) /.exec(line)?.slice(1).join(' ') ?? [],
      );
    expect(rows).toEqual([
      '1 >= 6.00',
      '2 <= 6.00',
      '3 <= 20.00',
      '4 <= 8.00',
      '4 <= 15.00',
      '4 <= 40.00',
      '5 <= 1.20',
      '5 <= 1.30',
      '6 >= 0.25',
      '6 >= 0.40',
      '7 <= 3.00',
      '8 >= 0.90',
      '9 <= 1.10',
      '10 >= 0.80',
      '11 >= 0.70',
      '11 none',
      '12 >= 0.80',
      '13 none',
    ]);
    expect(stdout).toMatch(/^1 .+ not run .+POSTGRES_URL is not given: /m);
    expect(stdout).toMatch(/^11 .+ not run .+KAFKA_BROKERS is not given/m);
    expect(stdout).toMatch(/^11 .+ not run .+MONGODB_URL is not given/m);
    expect(stdout).toMatch(/^13 .+ not run +none +EVENTSTOREDB_URL is not given: /m);
  }, 300_000);

  it('measures the server of EVENTSTOREDB_URL, and refuses one that is not empty', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-spec-'));
    const server = await startEventStoreDbDouble({ folder });
    try {
      const env = { ...environment, EVENTSTOREDB_URL: server.url };
      const { stdout } = await bench(['--short', '--only', '13'], env);
      expect(stdout).toMatch(/^13 .+ 50 in flight +\d+\.\d\d +none +[\d,]+\/s .+ \/ [\d,]+\/s /m);
      expect(stdout).toMatch(/^13 .+ 1 in flight +\d+\.\d\d +none +\d+\.\d\d ms .+ \/ \d+\.\d\d ms /m);
      await expect(bench(['--only', '13'], env)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('it contains events'),
      });
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  }, 180_000);

  it('refuses a row that does not exist', async () => {
    await expect(bench(['--only', 'x'])).rejects.toMatchObject({ code: 1 });
  }, 180_000);
});
