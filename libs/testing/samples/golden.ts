import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { EventCodec, type EventTypeSpec, type RecordedStoredEvent, type StoredEvent } from '@app/eventing';
import type { JsonObject, Message } from '@app/kernel';
import { eventTypes, eventTypesByCategory, upcasters } from '@app/domain';
import { KeysInMemory, noneSealed } from '../specs/keys-in-memory.js';
import { newRecord } from './new-record.js';
import type { DomainEvent } from './sample-types.js';
import { sampleOf } from './samples.js';

/** An event in its stored form, the key that opens it, and its opened data. Never edit such a file. */
export type Golden = {
  readonly stored: StoredEvent;
  /** Base64, by subject. */
  readonly keys: Readonly<Record<string, string>>;
  readonly opened: { readonly type: string; readonly data: JsonObject };
};

const DOMAIN = join('libs', 'domain');

/** The path of each stored type's file. */
export const goldenPaths = (): string[] =>
  Object.entries(eventTypesByCategory).flatMap(([category, types]) =>
    Object.entries(types as Readonly<Record<string, EventTypeSpec>>).map(([type, { version }]) =>
      join(DOMAIN, category, 'golden', `${type}.v${version}.json`),
    ),
  );

/** The existing files, including those of older versions. */
export const goldenFiles = (): string[] =>
  readdirSync(DOMAIN, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes(`${sep}golden${sep}`) && path.endsWith('.json'))
    .map((path) => join(DOMAIN, path));

export const readGolden = (path: string): Golden => JSON.parse(readFileSync(path, 'utf8')) as Golden;

/** `MessageSent` of `…/MessageSent.v1.json`. */
export const typeOfFile = (path: string): string => path.slice(path.lastIndexOf(sep) + 1).replace(/\.v\d+\.json$/, '');

export const asRecorded = (stored: StoredEvent): RecordedStoredEvent => ({
  ...stored,
  stream: 'golden-1',
  revision: 0,
  position: '1',
});

/** Creates the missing files; returns their paths. */
export async function makeMissing(): Promise<string[]> {
  const missing = goldenPaths().filter((path) => !existsSync(path));
  for (const path of missing) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(await makeGolden(typeOfFile(path) as DomainEvent['type']), null, 2)}\n`, {
      flag: 'wx',
    });
  }
  return missing;
}

async function makeGolden(type: DomainEvent['type']): Promise<Golden> {
  const keyring = new KeysInMemory();
  const event: Message = sampleOf(type);
  const stored = await new EventCodec(eventTypes, keyring, upcasters).seal(newRecord()('golden-1', event), noneSealed);
  const { sealed = {} } = eventTypes[type] as EventTypeSpec;
  const subjects = [...new Set(Object.values(sealed))].map((field) => String((event.data as JsonObject)[field]));
  const keys = Object.fromEntries(
    await Promise.all(
      subjects.map(
        async (subject) => [subject, Buffer.from(await keyring.ensure(subject)).toString('base64')] as const,
      ),
    ),
  );
  return { stored, keys, opened: { type, data: event.data as JsonObject } };
}
