import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readyLine } from '@app/platform';

const running = new Set<ChildProcess>();

/** The last resort: however this process ends, no child outlives it. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export type Child = {
  /** The line of JSON in which it prints its address; log lines may come before. @throws when it ended before */
  readonly readyLine: Promise<string>;
  /** How it ended: the signal, or its exit code. */
  readonly ended: Promise<string>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): void;
};

/** Starts a program of ours with only the given environment. Its errors go to the log. */
export function startNode(args: readonly string[], environment: Readonly<Record<string, string>>, log: string): Child {
  const errors = openSync(log, 'a');
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', errors],
    env: { PATH: process.env['PATH'], ...environment },
  });
  closeSync(errors);
  running.add(child);
  if (!child.stdout) throw new Error('its output is a pipe');
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    running.delete(child);
    return String(signal ?? code);
  });
  const line = Promise.race([readyLine(child.stdout), ended.then((how) => Promise.reject(new EndedEarly(how, log)))]);
  line.catch(() => undefined); // used by waiting callers
  return { readyLine: line, ended, kill: (signal) => child.kill(signal) };
}

export class EndedEarly extends Error {
  constructor(how: string, log: string) {
    super(`The process ended (${how}) before it was ready; see ${log}`);
    this.name = 'EndedEarly';
  }
}
