import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** The double in a separate process, which can be stopped, killed and restarted on the same folder and port. */
export class DoubleProcess {
  #child: ChildProcess | undefined;
  #url = '';

  constructor(private readonly folder: string) {}

  /** Connection string; the same after every start. */
  get url(): string {
    return this.#url;
  }

  async start(): Promise<this> {
    const port = /:(\d+)\?/.exec(this.#url)?.[1] ?? '0';
    const child = spawn(process.execPath, [MAIN, '--data', this.folder, '--port', port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The double ended before it listened')));
    ended.catch(() => undefined); // only needed until it listens
    const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [string];
    this.#url = (JSON.parse(line) as { url: string }).url;
    return this;
  }

  /** Resolves when the process is gone. With SIGSTOP and SIGCONT the process stays, and this resolves at once. */
  async signal(signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = signal === 'SIGTERM' || signal === 'SIGKILL' ? once(child, 'exit') : undefined;
    child.kill(signal);
    await gone;
  }
}
