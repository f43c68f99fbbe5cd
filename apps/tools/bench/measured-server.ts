import { setTimeout as pause } from 'node:timers/promises';
import { answerParent, startChild, type Child } from './child.js';

export type Address = { readonly port: number; readonly token: string; readonly conversations: readonly string[] };
/** What a server did in a round, until its followers had caught up. */
export type Work = { readonly seconds: number; readonly cpuMicros: number };
/** What is stored in total. */
export type Stored = { readonly events: number; readonly messages: number; readonly bytes: number };

type Question<Options> =
  | { readonly type: 'start'; readonly options: Options }
  | { readonly type: 'begin' }
  | { readonly type: 'settle' }
  | { readonly type: 'stop' };
type Answer = Address | Work | Stored | null;

/** A server in a process of its own, whose processor time is measured: all threads of it, and nothing else. */
export class MeasuredServer<Options> {
  private readonly child: Child<Question<Options>, Answer>;
  private listening: Address | undefined;

  constructor(
    name: string,
    private readonly options: Options,
  ) {
    this.child = startChild(name);
  }

  get address(): Address {
    if (!this.listening) throw new Error('Start the server first');
    return this.listening;
  }

  /** After `stop` it continues with its data. */
  async start(): Promise<this> {
    this.listening = (await this.child.ask({ type: 'start', options: this.options })) as Address;
    return this;
  }

  /** The next round begins on an idle server, so that rounds do not affect each other. */
  async measured<Result>(work: () => Promise<Result>): Promise<Result & Work> {
    await this.child.ask({ type: 'begin' });
    const result = await work();
    return { ...result, ...((await this.child.ask({ type: 'settle' })) as Work) };
  }

  /** Stops the product, and counts what it has stored. */
  async stop(): Promise<Stored> {
    return (await this.child.ask({ type: 'stop' })) as Stored;
  }

  end(): Promise<void> {
    return this.child.stop();
  }
}

export type Served<Options> = {
  start(options: Options): Promise<Address>;
  stop?(): Promise<Stored>;
  /** Whether work is left that an idle process does not show. */
  isBehind?(): Promise<boolean>;
  close(): Promise<void>;
};

/** The server's side. */
export function serveMeasured<Options>({ start, stop, isBehind = async () => false, close }: Served<Options>): void {
  let begun = now();
  answerParent<Question<Options>, Answer>(async (question) => {
    switch (question.type) {
      case 'start': {
        const address = await start(question.options);
        await settled(isBehind);
        return address;
      }
      case 'begin':
        begun = now();
        return null;
      case 'settle': {
        const end = await settled(isBehind);
        return { seconds: (end.ms - begun.ms) / 1_000, cpuMicros: end.cpuMicros - begun.cpuMicros };
      }
      case 'stop':
        return (await stop?.()) ?? null;
    }
  }, close);
}

const LOOK_MS = 50;
/** Share of a core, and of the time of the event loop, that an idle server may use between two looks. */
const IDLE = 0.2;

type Moment = { readonly ms: number; readonly cpuMicros: number };

function now(): Moment {
  const { user, system } = process.cpuUsage();
  return { ms: performance.now(), cpuMicros: user + system };
}

/**
 * Followers have caught up when the process is idle and waits for nothing. A process that gets no processor is not
 * idle: its event loop is busy. @returns the last moment at which it was busy
 */
async function settled(isBehind: () => Promise<boolean>): Promise<Moment> {
  let busy = now();
  for (let idle = 0; idle < 2;) {
    const [before, loop] = [now(), performance.eventLoopUtilization()];
    await pause(LOOK_MS);
    const after = now();
    const isIdle =
      after.cpuMicros - before.cpuMicros < IDLE * LOOK_MS * 1_000 &&
      performance.eventLoopUtilization(loop).utilization < IDLE &&
      !(await isBehind());
    idle = isIdle ? idle + 1 : 0;
    if (!isIdle) busy = after;
  }
  return busy;
}
