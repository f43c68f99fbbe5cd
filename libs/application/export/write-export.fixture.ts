/**
 * A process that makes an export, on a folder with messages: `<folder> seed <messages>` writes the messages and requests
 * the export, `<folder> run` writes its parts, `<folder> hang` stops after a part was stored and before its event is.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CommandBus } from '@nestjs/cqrs';
import { openEmbedded } from '@app/adapters/embedded';
import { eventTypes, subjectHomes, upcasters } from '@app/domain';
import { exportAggregate, type ExportEvent } from '@app/domain/export';
import { defaultPolicies } from '@app/domain/program';
import { Aggregates, EventCodec, EventLog, naturalId, type DocumentWrite, type Engines } from '@app/eventing';
import { streamOf, type Recorded } from '@app/kernel';
import {
  ExportedMessages,
  exportsProjection,
  ReadModelReader,
  readModels,
  threadProjection,
  type ExportDocument,
  type Freshness,
} from '@app/read-models';
import { HandleExport, ExportHandler } from './export.handler.js';
import { systemContext } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';
import { NaturalKeys } from '../lookups/natural-keys.js';
import { HandleProgram, ProgramHandler } from '../program/program.handler.js';
import { WriteExport } from './write-export.js';

const [programId, exportId] = ['program-1', naturalId('spec', 'export')];
const PER_CONVERSATION = 20;
const PER_WRITE = 1_000;
const at = '2026-01-05T09:00:00.000Z';

const messageAt = (number: number) => {
  const conversation = String(Math.floor(number / PER_CONVERSATION));
  return {
    id: naturalId('message', String(number)),
    programId,
    conversationId: naturalId('conversation', conversation),
    contactId: naturalId('contact', conversation),
    kind: 'message',
    direction: number % 2 === 0 ? 'in' : 'out',
    author: { kind: 'contact', id: 'somebody' },
    channel: 'sms',
    text: `Message ${number}: the site visit is on Tuesday, and the bonus is booked then`,
    assignee: null,
    rule: null,
    refusedSenderId: null,
    deliveryId: number % 2 === 0 ? null : naturalId('delivery', String(number)),
    at,
    order: position(number),
  } as const;
};

const position = (number: number): string => String(number).padStart(16, '0');

async function seed({ readModels: store }: Engines, { program, exporting }: Handlers, messages: number): Promise<void> {
  const context = systemContext(programId, 'spec');
  const links = { portalLink: '', consoleLink: '' };
  const optInText = { version: '1', text: 'Reply YES, or STOP' };
  const created = { programId, name: 'Acme', policies: defaultPolicies, optInText, ...links };
  await program.execute(new HandleProgram(programId, { type: 'CreateProgram', data: created }, context));
  for (let number = 0; number < messages; number += PER_WRITE) {
    const writes: DocumentWrite[] = Array.from({ length: PER_WRITE }, (_, index) => ({
      document: messageAt(number + index),
      position: position(1),
    }));
    await store.write(threadProjection, writes, { name: `seed-${number}`, from: null, to: position(1) });
  }
  const data = { exportId, from: null, to: null, by: 'olivia' };
  const intent = { type: 'RequestExport', data } as const;
  await exporting.execute(new HandleExport(exportId, intent, systemContext(programId, 'spec')));
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Memory in use in MB, without the database file that is mapped into memory; elsewhere than on Linux with it. */
function memory(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const [, kilobytes] = /RssAnon:\s+(\d+) kB/.exec(status) ?? [];
  return Math.round(kilobytes === undefined ? process.memoryUsage().rss / 1_048_576 : Number(kilobytes) / 1_024);
}

type Handlers = { readonly program: ProgramHandler; readonly exporting: ExportHandler };

async function run(engines: Engines, eventLog: EventLog, lookups: Lookups, { exporting }: Handlers): Promise<void> {
  const files = engines.exportFiles;
  if (mode === 'hang') {
    const put = files.put.bind(files);
    files.put = async (...given) => {
      await put(...given);
      say('stored');
      await new Promise(() => setInterval(() => undefined, 1_000));
    };
  }
  const bus = { execute: (command: HandleExport) => exporting.execute(command) } as unknown as CommandBus;
  const freshness = { at: (_: string, read: () => Promise<unknown>) => read() } as unknown as Freshness;
  const messages = new ExportedMessages(new ReadModelReader(engines.readModels));
  const write = new WriteExport(bus, lookups, messages, freshness, files);
  let mostMemory = 0;
  for (;;) {
    const row = await exported(eventLog);
    if (row?.status !== 'running') break;
    await write.do(row);
    collectGarbage();
    say(`written ${row.parts.length + 1} ${Math.round(process.memoryUsage().heapUsed / 1_048_576)}`);
    mostMemory = Math.max(mostMemory, memory());
  }
  const parts = (await exported(eventLog))?.parts ?? [];
  say(`finished ${mostMemory} ${parts.join(' ')}`);
}

async function exported(eventLog: EventLog): Promise<ExportDocument | null> {
  let row: ExportDocument | null = null;
  for await (const event of eventLog.read<ExportEvent>(streamOf(exportAggregate, exportId)))
    row = exportsProjection.evolve(row, event as Recorded<ExportEvent>, exportId);
  return row;
}

const [folder = '', mode = 'run', messages = '0'] = process.argv.slice(2);
const engines = await openEmbedded(folder);
const eventLog = new EventLog(engines.eventStore, new EventCodec(eventTypes, engines.keyring, upcasters), subjectHomes);
const aggregates = new Aggregates(eventLog, engines.keyring, engines.snapshots);
const lookups = new Lookups(aggregates, new NaturalKeys(engines.keyring, eventLog));
for (const model of readModels) await engines.readModels.prepare(model);
const handlers = { program: new ProgramHandler(aggregates), exporting: new ExportHandler(aggregates, lookups) };
if (mode === 'seed') await seed(engines, handlers, Number(messages));
else await run(engines, eventLog, lookups, handlers);
await engines.close();
