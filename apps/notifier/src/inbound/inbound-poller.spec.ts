import { Logger } from '@nestjs/common';
import type { Lookups } from '@app/application';
import { Clock, EngineClock, TrustedClock } from '@app/eventing';
import { MessageListUnavailable } from '@app/gateways';
import { ProgramNotFound, type Sender } from '@app/domain/program';
import { loadConfiguration } from '@app/platform';
import type { ProgramQueries } from '@app/read-models';
import { InboundPoller } from './inbound-poller.js';
import type { MissedTexts, PolledNumber } from './missed-texts.js';
import { PolledAccounts } from './polled-accounts.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

class SetClock extends Clock {
  time = Date.UTC(2026, 0, 5, 9);
  now(): number {
    return this.time;
  }
}

/** An engine whose clock is right, whatever our clock shows. */
class RightClock extends EngineClock {
  override readonly engine = 'MongoDB';
  override atZero() {
    const atZero = Date.UTC(2026, 0, 5, 9) - startedAt;
    return Promise.resolve({ least: atZero, most: atZero });
  }
}
const startedAt = performance.now();

let clock: SetClock;
let programs: Record<string, readonly Sender[]>;
/** Phones in the order in which their lists were read. */
let asked: string[];
let answers: Record<string, () => Promise<void>>;
let logged: string[];
let poller: InboundPoller;

const signal = new AbortController().signal;
const number = (phone: string, accountSid = `AC${phone}`, authToken = `token of ${accountSid}`): Sender => ({
  senderId: `sender ${phone}`,
  phone,
  accountSid,
  authToken,
  previousAuthToken: null,
});
const refused = (): Promise<void> => Promise.reject(new MessageListUnavailable('20003'));

beforeEach(() => {
  [clock, programs, asked, answers, logged] = [new SetClock(), {}, [], {}, []];
  const log = (line: unknown): void => void logged.push(JSON.stringify(line));
  Logger.overrideLogger({ log, error: log, warn: log });
  const lookups = {
    program: (id: string) =>
      id in programs ? Promise.resolve({ senders: programs[id] }) : Promise.reject(new ProgramNotFound()),
  } as unknown as Lookups;
  const queries = { ids: () => ['lost', ...Object.keys(programs)] } as unknown as ProgramQueries;
  const accept = ({ sender }: PolledNumber): Promise<void> => {
    asked.push(sender.phone);
    return answers[sender.phone]?.() ?? Promise.resolve();
  };
  poller = new InboundPoller(
    new PolledAccounts(lookups, queries),
    { accept } as unknown as MissedTexts,
    clock,
    new TrustedClock(clock, []),
    loadConfiguration({ POLL_INBOUND_EVERY_MS: String(MINUTE) }),
  );
});

/** Runs one round to its end. @returns the numbers that it polled */
async function round(): Promise<string[]> {
  asked = [];
  await poller.round(signal);
  await poller.settled();
  return asked;
}

it('T5: lists every number of every program, and skips a program that cannot be read', async () => {
  programs = { one: [number('+1', 'AC1'), number('+2', 'AC1')], two: [number('+3')] };
  expect((await round()).toSorted()).toEqual(['+1', '+2', '+3']);
  expect(logged.filter((line) => line.includes('ProgramNotFound'))).toHaveLength(1);
});

it('T5: an account that hangs delays no other account, and is not polled twice at the same time', async () => {
  const answer = Promise.withResolvers<void>();
  programs = { one: [number('+1', 'AC1'), number('+2', 'AC1')], two: [number('+3')] };
  answers['+1'] = () => answer.promise;
  for (let rounds = 0; rounds < 3; rounds += 1) await poller.round(signal);
  while (asked.filter((phone) => phone === '+3').length < 3) {
    await poller.round(signal);
    await new Promise(setImmediate);
  }
  expect(asked.filter((phone) => phone !== '+3')).toEqual(['+1']);
  answer.resolve();
  await poller.settled();
  expect(asked.filter((phone) => phone !== '+3')).toEqual(['+1', '+2']);
});

it('T5: polls many accounts a few at a time, each once', async () => {
  programs = Object.fromEntries(
    Array.from({ length: 12 }, (_, program) => [
      `p${program}`,
      Array.from({ length: 10 }, (__, n) => number(`+${10 * program + n}`)),
    ]),
  );
  let [under, most] = [0, 0];
  for (const { phone } of Object.values(programs).flat())
    answers[phone] = async () => {
      most = Math.max(most, (under += 1));
      await new Promise(setImmediate);
      under -= 1;
    };
  expect(new Set(await round()).size).toBe(120);
  expect(asked).toHaveLength(120);
  expect(most).toBe(50);
});

describe('T5: an account whose list cannot be read', () => {
  it('is polled again after a back-off of up to an hour, and each back-off is logged once, without the token', async () => {
    programs = { one: [number('+1')] };
    answers['+1'] = refused;
    const pauses: number[] = [];
    for (let since = clock.time; pauses.length < 9; clock.time += MINUTE) {
      if ((await round()).length === 0) continue;
      pauses.push((clock.time - since) / MINUTE);
      since = clock.time;
    }
    expect(pauses).toEqual([0, 2, 4, 8, 16, 32, 60, 60, 60]);
    const lines = logged.filter((line) => line.includes('cannot be listed'));
    expect(lines).toHaveLength(9);
    expect(lines[0]).toContain('"accountSid":"AC+1"');
    expect(lines[0]).toContain('"code":"20003"');
    expect(logged.join()).not.toContain('token');
  });

  it('is polled as usual once it answers', async () => {
    programs = { one: [number('+1')] };
    answers['+1'] = refused;
    await round();
    delete answers['+1'];
    expect(await round()).toEqual([]);
    clock.time += 2 * MINUTE;
    expect(await round()).toEqual(['+1']);
    expect(await round()).toEqual(['+1']);
  });

  it('is polled at once with another token', async () => {
    programs = { one: [number('+1', 'AC1', 'rotated away')] };
    answers['+1'] = refused;
    await round();
    programs = { one: [number('+1', 'AC1', 'the new one')] };
    delete answers['+1'];
    expect(await round()).toEqual(['+1']);
  });

  it('does not delay its owner when another program named it with a wrong token', async () => {
    programs = { stranger: [number('+9', 'AC1', 'a guess')], owner: [number('+1', 'AC1')] };
    answers['+9'] = refused;
    for (let rounds = 0; rounds < 3; rounds += 1) expect((await round()).includes('+1')).toBe(true);
  });

  it('begins with its other numbers, and is polled sooner while these answer', async () => {
    programs = { one: [number('+1', 'AC1'), number('+2', 'AC1')] };
    answers['+1'] = refused;
    expect(await round()).toEqual(['+1']);
    for (let times = 0; times < 5; times += 1) {
      clock.time += 2 * MINUTE;
      expect(await round()).toEqual(['+2', '+1']);
    }
    clock.time += HOUR;
    delete answers['+1'];
    expect(await round()).toEqual(['+2', '+1']);
    expect(await round()).toEqual(['+1', '+2']);
  });
});

it('T5: logs a text that cannot be accepted, and polls the account as usual', async () => {
  programs = { one: [number('+1', 'AC1'), number('+2', 'AC1')] };
  answers['+1'] = () => Promise.reject(new RangeError('personal'));
  for (let rounds = 0; rounds < 2; rounds += 1) expect(await round()).toEqual(['+1', '+2']);
  expect(logged.filter((line) => line.includes('RangeError'))).toHaveLength(2);
  expect(logged.join()).not.toContain('personal');
});

it('T5: ends when the signal aborts, after the list that it is reading', async () => {
  const stop = new AbortController();
  const answer = Promise.withResolvers<void>();
  programs = { one: [number('+1', 'AC1'), number('+2', 'AC1')] };
  answers['+1'] = () => answer.promise;
  const running = poller.run(stop.signal);
  while (asked.length === 0) await new Promise(setImmediate);
  stop.abort();
  answer.resolve();
  await running;
  expect(asked).toEqual(['+1']);
});

it('T5, G5: a program with many slow accounts does not delay another program', async () => {
  const hang = Promise.withResolvers<void>();
  const slow = Array.from({ length: 60 }, (_, n) => `+${n}`);
  programs = { greedy: slow.map((phone) => number(phone)), other: [number('+other')] };
  for (const phone of slow) answers[phone] = () => hang.promise;
  await poller.round(signal);
  await new Promise(setImmediate);
  expect(asked).toContain('+other');
  expect(asked.length).toBeLessThan(10);
  hang.resolve();
  await poller.settled();
  expect(asked).toHaveLength(61);
});

it('T5: polls nothing while the clock is wrong, and continues when it is right', async () => {
  programs = { one: [number('+1')] };
  poller = new InboundPoller(
    new PolledAccounts(
      { program: () => Promise.resolve({ senders: programs['one'] }) } as unknown as Lookups,
      { ids: () => ['one'] } as unknown as ProgramQueries,
    ),
    {
      accept: ({ sender }: PolledNumber) => Promise.resolve(void asked.push(sender.phone)),
    } as unknown as MissedTexts,
    clock,
    new TrustedClock(clock, [new RightClock()]),
    loadConfiguration({}),
  );
  clock.time += 24 * HOUR;
  expect(await round()).toEqual([]);
  clock.time -= 24 * HOUR;
  expect(await round()).toEqual(['+1']);
});
