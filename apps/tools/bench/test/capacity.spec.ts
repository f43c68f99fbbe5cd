import { capacityFor, capacityTable, measuredIn, programOf, type Measured } from '../capacity.js';

const measured: Measured = {
  message: { cpuMicros: 700, events: 1, bytes: 2_000 },
  text: { cpuMicros: 2_500, events: 7, bytes: 12_000 },
  contact: { events: 3, bytes: 5_000 },
  appendsPerSecond: 8_000,
  rebuiltPerSecond: 40_000,
};

describe('capacity', () => {
  it('computes cores, events and disk from the costs of a message and a text', () => {
    const { peakPerSecond, cores, peakEvents, bytes } = capacityFor(1e8, measured);
    // 100 million in 2,626,560 s, eight times as many in the busiest hour, half of them texts.
    expect(peakPerSecond).toBeCloseTo(304.6, 1);
    expect(cores).toBeCloseTo((304.6 * 0.0016) / 0.6, 2);
    expect(peakEvents).toBeCloseTo(304.6 * 4, 0);
    expect(bytes).toBe(1e8 * 12 * 7_000);
  });

  it('names the limit that is exceeded most, and gives each core two partitions', () => {
    expect(capacityFor(1e6, measured)).toMatchObject({ machines: 1, partitions: 1 });
    const { cores, partitions, limits } = capacityFor(1e10, measured);
    expect(partitions).toBeGreaterThanOrEqual(2 * cores);
    expect(limits.map(({ name }) => name)).toEqual(['one disk', 'rebuild within 8 h', 'one thread', 'one event store']);
  });

  it('computes what a program of many contacts needs', () => {
    expect(programOf(1e7, measured)).toMatchObject({ bytes: 5e10, textsBytes: 1.2e11 });
  });

  it('prints the table of the measured rows, and asks for those that are missing', () => {
    const row = (values: Record<string, number>) => ({ rows: [{ measured: values }] });
    const results = {
      '2': row(measured.message),
      '3': row({ ...measured.text, contactEvents: 3, contactBytes: 5_000 }),
      '8': row({ appendsPerSecond: 8_000 }),
      '12': row({ eventsPerSecond: 40_000 }),
    } as unknown as Parameters<typeof measuredIn>[0];
    expect(measuredIn(results)).toEqual({
      ...measured,
      text: { ...measured.text, contactEvents: 3, contactBytes: 5_000 },
    });
    expect(capacityTable(measured)).toContain('| 10,000 million |');
    expect(() => measuredIn({ ...results, '3': undefined } as never)).toThrow('Row 3 was not measured');
  });
});
