import { Clock } from '../ports/clock.js';
import type { PageRequest, ReadModelStore } from '../ports/read-model-store.js';
import type { DueRow, DueWork } from './due-work.js';
import { ProgramSchedule } from './program-schedule.js';

type Row = DueRow & { readonly isPending: boolean; readonly dueAt: string };

class SetClock extends Clock {
  seconds = 0;
  now(): number {
    return this.seconds * 1_000;
  }
}

const at = (seconds: number): string => new Date(seconds * 1_000).toISOString();
const row = (id: string, dueAt: string): Row => ({ id, programId: 'program-1', isPending: true, dueAt });

let clock: SetClock;
let rows: Map<string, Row>;
let begun: string[];
let failing: Set<string>;
let reads: number;
/** Called before a page is returned. */
let duringRead: () => void;
let schedule: ProgramSchedule<Row>;

const page = (_: unknown, { range: { above = '', upTo } = {}, after = '', limit }: PageRequest): Promise<unknown> => {
  reads += 1;
  const key = ({ dueAt, id }: Row): string => `${dueAt} ${id}`;
  const found = [...rows.values()]
    .filter(({ dueAt }) => dueAt > String(above) && (upTo === undefined || dueAt <= String(upTo)))
    .filter((one) => key(one) > after)
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const documents = found.slice(0, limit);
  const last = documents.at(-1);
  duringRead();
  return Promise.resolve({ documents, next: found.length > limit && last ? key(last) : null });
};

beforeEach(() => {
  clock = new SetClock();
  [rows, begun, failing, reads, duringRead] = [new Map(), [], new Set(), 0, () => undefined];
  const work = {
    index: 'due',
    pending: { isPending: true },
    time: 'dueAt',
    do: ({ id }: Row) => {
      begun.push(id);
      if (failing.has(id)) return Promise.reject(new Error('It fails'));
      rows.delete(id);
      return Promise.resolve();
    },
  } as unknown as DueWork<Row>;
  const readModels = { page } as unknown as ReadModelStore;
  schedule = new ProgramSchedule('program-1', work, () => undefined, readModels, clock);
  schedule.readSince(null);
});

function write(...written: readonly Row[]): void {
  for (const one of written) rows.set(one.id, one);
  for (const one of written) schedule.announce(one);
}

/** All turns that are due now. */
async function turns(): Promise<void> {
  for (let turn = 0; !(schedule.nextAt > clock.now()); turn += 1) {
    if (turn > 100) throw new Error('It has a turn again and again');
    await schedule.turn();
  }
}

it('work that was announced while the clock was ahead is done at its time', async () => {
  clock.seconds = 100;
  write(row('one', at(50)));
  clock.seconds = 10;
  await turns();
  expect(begun).toEqual([]);
  clock.seconds = 50;
  await turns();
  expect(begun).toEqual(['one']);
});

it('work that is announced after the clock was set back is done', async () => {
  clock.seconds = 100;
  await turns();
  clock.seconds = 10;
  write(row('one', at(50)));
  await turns();
  expect(begun).toEqual([]);
  clock.seconds = 60;
  await turns();
  expect(begun).toEqual(['one']);
});

it('more work than fits into memory, announced during a reading, is done', async () => {
  const many = Array.from({ length: 1_500 }, (_, n) => row(`one ${n}`, at(-n)));
  duringRead = () => {
    duringRead = () => undefined;
    write(...many);
  };
  await turns();
  expect(new Set(begun).size).toBe(many.length);
});

it('failures do not keep a reading from its end', async () => {
  const many = Array.from({ length: 250 }, (_, n) => row(`one ${n}`, at(-1_000 + n)));
  for (const { id } of many.slice(0, 200)) failing.add(id);
  for (const one of many) rows.set(one.id, one);
  for (let turn = 0; turn < 3; turn += 1) {
    await schedule.turn();
    clock.seconds += 10;
  }
  expect(begun).toEqual(many.map(({ id }) => id));
});

it.each([['tomorrow'], ['1970-01-01T02:00:00+02:00']])(
  'a time such as %s is not looked at again and again',
  async (dueAt) => {
    write(row('one', dueAt));
    await turns();
    expect(reads).toBeLessThan(5);
  },
);
