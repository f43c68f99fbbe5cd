import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { engines, serverFor, type EngineName, type Server } from './servers.js';

type Suite = { readonly file: string; readonly passed: number; readonly failed: number; readonly skipped: number };
type Row = {
  readonly engine: EngineName;
  readonly suite: string;
  readonly server: string;
  readonly address: string;
  readonly tests: string;
  readonly isWell: boolean;
};

const ROOT = resolve(import.meta.dirname, '../../../..');

const program = new Command('test:engines')
  .description(
    'Runs the suites of the adapters against EVENTSTOREDB_URL, MONGODB_URL and KAFKA_BROKERS, or against servers that it starts if one of these is not set.',
  )
  .addArgument(new Argument('[engines...]', 'names of suites; all if none is given').choices(engines))
  .parse();
const asked = program.args.length > 0 ? engines.filter((engine) => program.args.includes(engine)) : engines;

// Ending with `exit` stops the servers too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const rows: Row[] = [];
for (const engine of asked) rows.push(...(await runSuites(engine)));
console.log(`\n${table(rows)}`);
if (!rows.every(({ isWell }) => isWell)) process.exitCode = 1;

async function runSuites(engine: EngineName): Promise<Row[]> {
  const places =
    engine === 'product'
      ? ['dist/apps/**/*.engine.spec.js']
      : [`dist/**/adapters/${engine}/**/*.engine.spec.js`, `dist/**/testing/servers/${engine}.engine.spec.js`];
  const files = globSync(places, { cwd: ROOT }).map((file) => join(ROOT, file));
  const missing = (why: string): Row[] => [
    { engine, suite: '–', server: why, address: '–', tests: 'none', isWell: false },
  ];
  if (files.length === 0) return missing('no suites');
  let server: Server;
  try {
    server = await serverFor[engine]();
  } catch (error) {
    return missing(error instanceof Error ? error.message : String(error));
  }
  try {
    const suites = jest(files, server.environment);
    return files.map((file) =>
      row(
        engine,
        file,
        server,
        suites.find((suite) => suite.file === file),
      ),
    );
  } finally {
    await server.stop();
  }
}

/** One after the other: they kill servers and freeze processes, and the machine may be small. */
function jest(files: readonly string[], environment: Server['environment']): Suite[] {
  const folder = mkdtempSync(join(tmpdir(), 'suites-'));
  const result = join(folder, 'result.json');
  try {
    const args = [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning',
      join(ROOT, 'node_modules/jest/bin/jest.js'),
    ];
    spawnSync(
      process.execPath,
      [...args, '--runInBand', '--json', `--outputFile=${result}`, '--runTestsByPath', ...files],
      {
        cwd: ROOT,
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const { testResults } = JSON.parse(readFileSync(result, 'utf8')) as {
      testResults: { name: string; assertionResults: { status: string }[] }[];
    };
    return testResults.map(({ name, assertionResults }) => {
      const count = (status: string): number => assertionResults.filter((test) => test.status === status).length;
      return {
        file: name,
        passed: count('passed'),
        failed: count('failed'),
        skipped: assertionResults.length - count('passed') - count('failed'),
      };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function row(engine: EngineName, file: string, server: Server, suite?: Suite): Row {
  const { passed = 0, failed = 0, skipped = 0 } = suite ?? {};
  const tests = [`${passed} passed`, failed > 0 && `${failed} FAILED`, skipped > 0 && `${skipped} skipped`]
    .filter(Boolean)
    .join(', ');
  // Suites that kill their server must not kill a shared one.
  const startsItsOwn = /\bstart(Kafka|Mongo)\(/.test(readFileSync(file, 'utf8'));
  const address = startsItsOwn ? 'started by the suite' : server.address;
  return {
    engine,
    suite: relative(join(ROOT, 'dist'), file),
    server: server.name,
    address,
    tests,
    isWell: passed > 0 && failed === 0,
  };
}

function table(rows: readonly Row[]): string {
  const columns = ['engine', 'suite', 'server', 'address', 'tests'] as const;
  const lines = [
    Object.fromEntries(columns.map((column) => [column, column])) as Record<(typeof columns)[number], string>,
    ...rows,
  ];
  const widths = columns.map((column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      columns
        .map((column, index) => line[column].padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
