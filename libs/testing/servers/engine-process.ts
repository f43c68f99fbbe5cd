import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { retry, steady } from '@app/eventing';

const READY_MS = 60_000;
const STOP_MS = 15_000;

/** A server in a separate process. */
export type EngineProcess = {
  readonly pid: number;
  /** How it ended: the signal, or its exit code. */
  readonly ended: Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Stops it, cleanly if possible; resolves when it is gone. */
  stop(): Promise<void>;
};

export type StartOptions = {
  /** Lets it outlive this process. Otherwise it ends whenever this process ends. */
  readonly detached?: boolean;
};

export type Command = {
  readonly name: string;
  readonly file: string;
  /** The text `attached` or `detached` replaces this argument: an attached server ends when its input does. */
  readonly args: (mode: 'attached' | 'detached') => readonly string[];
  /** File for its output. */
  readonly log: string;
  /** Resolves when the server answers a client. */
  readonly probe: () => Promise<unknown>;
};

/** Starts a server and waits until it answers. @throws {NotStarted} with the end of its log */
export async function startEngine(command: Command, { detached = false }: StartOptions): Promise<EngineProcess> {
  const log = openSync(command.log, 'a');
  const child = spawn(command.file, command.args(detached ? 'detached' : 'attached'), {
    detached,
    stdio: [detached ? 'ignore' : 'pipe', log, log],
  });
  closeSync(log);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const engine = engineProcess(child);
  try {
    await untilReady(command, engine);
  } catch (error) {
    await engine.stop();
    throw error;
  }
  if (detached) {
    child.unref();
    process.off('exit', kill);
  }
  return engine;
}

function engineProcess(child: ChildProcess): EngineProcess {
  const ended = Promise.race([
    once(child, 'exit').then(([code, signal]: unknown[]) => String(signal ?? code)),
    once(child, 'error').then(([error]: unknown[]) => String(error)),
  ]);
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(kill);
    },
  };
}

async function untilReady({ name, log, probe }: Command, engine: EngineProcess): Promise<void> {
  let ended: string | undefined;
  void engine.ended.then((how) => (ended = how));
  const deadline = Date.now() + READY_MS;
  await retry(probe, {
    pauses: steady(50),
    onFailure: (error) => {
      if (ended !== undefined) throw new NotStarted(name, `ended (${ended})`, log);
      if (Date.now() > deadline) throw new NotStarted(name, `does not answer: ${String(error)}`, log);
    },
  });
}

export class NotStarted extends Error {
  constructor(name: string, how: string, log: string) {
    super(`${name} ${how}\n${log} ends with:\n${readFileSync(log, 'utf8').split('\n').slice(-15).join('\n')}`);
    this.name = 'NotStarted';
  }
}

/** A free port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/** Different free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
