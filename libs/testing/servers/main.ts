import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { MissingTool, NotStarted, probeKafka, probeMongo, startKafka, startMongo } from './index.js';
import { endProcess, runs } from './other-process.js';

type Options = { readonly folder: string; readonly kafkaPort?: number; readonly mongoPort?: number };

/** A running server, as stored in the state file for the next call. */
type Running = {
  readonly name: 'Kafka' | 'mongo-java-server';
  readonly pid: number;
  readonly address: string;
  readonly folder: string;
};

const variables = { Kafka: 'KAFKA_BROKERS', 'mongo-java-server': 'MONGODB_URL' } as const;
/** The process id of an ended process may belong to another one by now. */
const commandLines = { Kafka: 'Main detached kafka', 'mongo-java-server': 'Main detached mongo' } as const;
const servers = Object.keys(variables) as Running['name'][];

const program = new Command('engines').description(
  'Real servers on this machine: Apache Kafka, and mongo-java-server as a stand-in for MongoDB. They need Java 17 (JDK) and Maven.',
);
const folderOption = ['--folder <folder>', 'folder of state, data and logs', '.data/engines'] as const;

program
  .command('up')
  .description(
    'starts servers that are not running, waits until they answer, and prints the variables to connect to them',
  )
  .option(...folderOption)
  .option('--kafka-port <port>', 'default: a free one', readPort)
  .option('--mongo-port <port>', 'default: a free one', readPort)
  .action(up);
program
  .command('status')
  .description('shows which servers run; exit code 1 when one does not')
  .option(...folderOption)
  .action(status);
program
  .command('down')
  .description('stops them and waits until they have ended; the data of Kafka stays')
  .option(...folderOption)
  .action(down);

// Ending with `exit` stops partially started servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof MissingTool || error instanceof NotStarted)) throw error;
  program.error(error.message);
}

async function up(options: Options): Promise<void> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  for (const name of servers) {
    const running = readState(folder).filter(isUp);
    if (running.some((server) => server.name === name)) continue;
    writeState(folder, [...running, await start(name, folder, options)]);
  }
  // All other output goes to stderr: these lines can be evaluated.
  for (const { name, address } of readState(folder)) console.log(`export ${variables[name]}=${address}`);
}

async function start(name: Running['name'], folder: string, { kafkaPort, mongoPort }: Options): Promise<Running> {
  console.error(`Starting ${name}`);
  if (name === 'Kafka') {
    const data = join(folder, 'kafka');
    const { pid, brokers } = await startKafka({
      folder: data,
      detached: true,
      ...(kafkaPort ? { port: kafkaPort } : {}),
    });
    return { name, pid, address: brokers.join(), folder: data };
  }
  const { pid, url } = await startMongo({
    log: join(folder, 'mongo.log'),
    detached: true,
    ...(mongoPort ? { port: mongoPort } : {}),
  });
  return { name, pid, address: url, folder };
}

async function status(options: Options): Promise<void> {
  const state = readState(resolve(options.folder));
  for (const name of servers) {
    const server = state.find((server) => server.name === name);
    console.log(`${name.padEnd(18)} ${server ? await describe(server) : 'not started'}`);
    if (!server || !isUp(server)) process.exitCode = 1;
  }
}

async function describe(server: Running): Promise<string> {
  if (!isUp(server)) return `gone; it was process ${server.pid}`;
  const answers = await (
    server.name === 'Kafka' ? probeKafka(server.address.split(',')) : probeMongo(server.address)
  ).then(
    () => 'answers',
    () => 'does not answer',
  );
  return `process ${server.pid} ${answers} at ${server.address}, files in ${server.folder}`;
}

async function down(options: Options): Promise<void> {
  const folder = resolve(options.folder);
  await Promise.all(
    readState(folder)
      .filter(isUp)
      .map(({ name, pid }) => endProcess(pid, commandLines[name])),
  );
  rmSync(stateFile(folder), { force: true });
}

function isUp({ name, pid }: Running): boolean {
  return runs(pid, commandLines[name]);
}

function stateFile(folder: string): string {
  return join(folder, 'state.json');
}

function readState(folder: string): Running[] {
  return existsSync(stateFile(folder)) ? (JSON.parse(readFileSync(stateFile(folder), 'utf8')) as Running[]) : [];
}

function writeState(folder: string, state: readonly Running[]): void {
  writeFileSync(stateFile(folder), JSON.stringify(state, null, 2));
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError('expected a port.');
  return port;
}
