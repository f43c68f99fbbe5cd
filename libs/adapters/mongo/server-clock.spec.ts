import type { Connection } from './connection.js';
import { MongoClock } from './server-clock.js';

const clockOf = (ask: () => Promise<object>): MongoClock =>
  new MongoClock({ reach: (work: (db: unknown) => unknown) => work({ command: ask }) } as unknown as Connection);

it("rule 11: the clock of MongoDB is the one in its handshake, whatever this machine's clock shows", async () => {
  const realNow = Date.now;
  Date.now = () => realNow() + 500_000;
  try {
    const began = performance.now();
    const { least, most } = (await clockOf(async () => ({ localTime: new Date(1_000_000_000_000) })).atZero()) ?? {
      least: NaN,
      most: NaN,
    };
    expect(most).toBeLessThanOrEqual(1_000_000_000_000 - began);
    expect(least).toBeGreaterThanOrEqual(1_000_000_000_000 - performance.now());
  } finally {
    Date.now = realNow;
  }
});

it("rule 11: a slow response gives bounds for the server's clock", async () => {
  const realNow = performance.now;
  let time = 1_000;
  performance.now = () => time;
  try {
    const clock = clockOf(async () => {
      time += 8_000;
      return { localTime: new Date(1_000_000_000_000) };
    });
    const { least, most } = (await clock.atZero()) ?? { least: NaN, most: NaN };
    expect(most - least).toBe(8_000);
  } finally {
    performance.now = realNow;
  }
});

it('rule 11: without a time from the server the clock is unknown', async () => {
  expect(await clockOf(async () => ({ ok: 1 })).atZero()).toBeNull();
});
