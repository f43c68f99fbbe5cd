import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_MS = 15_000;

/** Whether the command line of that process contains these words. */
export function runs(pid: number, words: string): boolean {
  const { status, stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 && stdout.includes(words);
}

/** Stops a process that is not our child, cleanly if possible; resolves when it is gone. */
export async function endProcess(pid: number, words: string): Promise<void> {
  const deadline = Date.now() + STOP_MS;
  process.kill(pid, 'SIGTERM');
  while (runs(pid, words)) {
    await delay(100);
    if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
  }
}
