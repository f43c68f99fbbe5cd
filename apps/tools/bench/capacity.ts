import { count } from './row.js';
import type { Results } from './results.js';

/** What a message or a text costs, with everything that follows it. */
type Cost = { readonly cpuMicros: number; readonly events: number; readonly bytes: number };

/** What the benchmark measured. */
export type Measured = {
  readonly message: Cost;
  readonly text: Cost;
  /** A contact with consent and a conversation. */
  readonly contact: Pick<Cost, 'events' | 'bytes'>;
  readonly appendsPerSecond: number;
  readonly rebuiltPerSecond: number;
};

/** What nobody measured: change it to what is known of the programs. */
export const assumed = {
  /** Share of the messages that are texts. */
  texts: 0.5,
  /** The busiest hour against the average of the month. */
  peak: 8,
  /** How busy a core may be in the busiest hour. */
  busy: 0.6,
  coresOfMachine: 8,
  /** How long events and read models are kept. */
  months: 12,
  diskBytes: 1e12,
  /** The longest time for a rebuild of the inbox. */
  rebuildHours: 8,
  /** Texts per second that the provider accepts from a program. */
  textsOfProgram: 100,
};

const SECONDS_OF_MONTH = 30.4 * 24 * 3_600;

/** Rows 2, 3, 8 and 12 of the benchmark. @throws Error when one was not measured */
export function measuredIn(results: Results): Measured {
  const of = (id: string): Record<string, number> => {
    const measured = results[id]?.rows[0]?.measured;
    if (!measured) throw new Error(`Row ${id} was not measured: npm run bench -- --only 2,3,8,12`);
    return measured;
  };
  const [message, text] = [of('2') as Cost, of('3') as Cost & { contactEvents: number; contactBytes: number }];
  return {
    message,
    text,
    contact: { events: text.contactEvents, bytes: text.contactBytes },
    appendsPerSecond: Number(of('8')['appendsPerSecond']),
    rebuiltPerSecond: Number(of('12')['eventsPerSecond']),
  };
}

/** What this many messages a month need. */
export function capacityFor(messages: number, { message, text, appendsPerSecond, rebuiltPerSecond }: Measured) {
  const mixed = (of: keyof Cost): number => text[of] * assumed.texts + message[of] * (1 - assumed.texts);
  const peakPerSecond = (messages / SECONDS_OF_MONTH) * assumed.peak;
  const cores = (peakPerSecond * mixed('cpuMicros')) / 1e6 / assumed.busy;
  const bytes = messages * assumed.months * mixed('bytes');
  const peakEvents = peakPerSecond * mixed('events');
  const rebuildHours = (messages * assumed.months * mixed('events')) / rebuiltPerSecond / 3_600;
  const limits = [
    { name: 'one thread', used: cores },
    { name: 'one event store', used: peakEvents / appendsPerSecond },
    { name: 'one disk', used: bytes / assumed.diskBytes },
    { name: `rebuild within ${assumed.rebuildHours} h`, used: rebuildHours / assumed.rebuildHours },
  ].toSorted((a, b) => b.used - a.used);
  return {
    peakPerSecond,
    cores,
    machines: Math.ceil(cores / assumed.coresOfMachine),
    // Two for each core, so that uneven programs can be distributed evenly.
    partitions: cores <= 1 ? 1 : 2 ** Math.ceil(Math.log2(2 * cores)),
    peakEvents,
    bytes,
    rebuildHours,
    limits,
  };
}

/** What a program with this many contacts needs, and a text to each of them. */
export function programOf(contacts: number, { contact, text, rebuiltPerSecond }: Measured) {
  return {
    bytes: contacts * contact.bytes,
    rebuildHours: (contacts * contact.events) / rebuiltPerSecond / 3_600,
    textsCoreHours: (contacts * text.cpuMicros) / 1e6 / 3_600,
    textsBytes: contacts * text.bytes,
    providerHours: contacts / assumed.textsOfProgram / 3_600,
  };
}

const small = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 2 });
const size = (bytes: number): string => (bytes < 1e12 ? `${count(bytes / 1e9)} GB` : `${small(bytes / 1e12)} TB`);

/** The table as Markdown. */
export function capacityTable(measured: Measured): string {
  const { message, text, contact, appendsPerSecond, rebuiltPerSecond } = measured;
  const cost = ({ cpuMicros, events, bytes }: Cost): string =>
    `${count(cpuMicros)} us, ${events.toFixed(1)} events, ${count(bytes)} bytes`;
  const steps = [1e6, 1e8, 1e10].map((messages) => {
    const needs = capacityFor(messages, measured);
    const broken = needs.limits.filter(({ used }) => used > 1);
    return [
      `${count(messages / 1e6)} million`,
      small(needs.peakPerSecond),
      small(needs.cores),
      String(needs.machines),
      String(needs.partitions),
      small(needs.peakEvents),
      size(needs.bytes),
      `${small(needs.rebuildHours)} h`,
      (broken.length > 0 ? broken : needs.limits.slice(0, 1))
        .map(({ name, used }) => `${name} (${small(used * 100)} %)`)
        .join(', '),
    ];
  });
  const program = programOf(1e7, measured);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `Measured: a message ${cost(message)}; a text ${cost(text)}; a contact ${contact.events.toFixed(1)} events, ${count(contact.bytes)} bytes; ${count(appendsPerSecond)} appends/s; ${count(rebuiltPerSecond)} events/s rebuilt.`,
    '',
    line([
      'messages a month',
      'peak/s',
      'cores',
      'machines',
      'partitions',
      'events/s',
      'disk',
      'rebuild',
      'limits, in the order they break',
    ]),
    line(Array<string>(9).fill('---')),
    ...steps.map(line),
    '',
    `A program of 10 million contacts: ${size(program.bytes)}, and a rebuild of them takes ${small(program.rebuildHours)} h. A text to each takes ${small(program.textsCoreHours)} core hours and ${size(program.textsBytes)}, and the provider ${small(program.providerHours)} h at ${assumed.textsOfProgram} texts/s.`,
  ].join('\n');
}
