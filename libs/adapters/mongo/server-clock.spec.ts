import type { Connection } from './connection.js';
import { MongoClock } from './server-clock.js';

const clockOf = (ask: () => Promise<object>): MongoClock =>
  new MongoClock({ reach: (work: (db: unknown) => unknown) => work({ command: ask }) } as unknown as Connection);

it("rule 11: the clock of MongoDB is what its greeting says, whatever this machine's clock shows", async () => {
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

it('rule 11: a slow answer says between which times the server may have read its clock', async () => {
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

it('rule 11: a server that does not say is not known', async () => {
  expect(await clockOf(async () => ({ ok: 1 })).atZero()).toBeNull();
});
