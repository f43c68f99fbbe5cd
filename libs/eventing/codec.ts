import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import type { JsonObject, Message, Metadata, Recorded } from '@app/kernel';
import type { RecordedStoredEvent, StoredEvent } from './event-store.js';
import type { Keyring } from './keyring.js';
import { TemporaryFailure } from './temporary-failure.js';

/** An event on its way into the record. */
export type NewEvent<Event extends Message = Message> = Event & { readonly eventId: string; readonly metadata: Metadata };

export type EventTypeSpec = { readonly version: number; readonly sealed?: readonly string[]; readonly subject?: string };

/** Turns the stored data of an older version into the next one's, by stored type (`MessageSent.v1`). */
export type Upcasters = Readonly<Record<string, (data: JsonObject) => { readonly type: string; readonly data: JsonObject }>>;

/** What stands in the place of personal content whose key was destroyed. */
export const ERASED = '[erased]';

const SEALED_FIELD = 'sealed';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Between typed events and stored ones: names and versions the type, and seals personal fields with their subject's key
 * (AES-256-GCM, with subject and event id as associated data). Nothing behind it ever sees ciphertext.
 */
export class EventCodec {
  constructor(
    private readonly types: Readonly<Record<string, EventTypeSpec>>,
    private readonly keyring: Keyring,
    private readonly upcasters: Upcasters = {},
  ) {}

  /** Makes the subject's key durable first where there is none yet. @throws UnknownEventType */
  async seal(event: NewEvent): Promise<StoredEvent> {
    const spec = this.spec(event.type);
    const { type, data, eventId, metadata } = event;
    const stored = { id: eventId, type: `${type}.v${spec.version}`, metadata: metadata as unknown as JsonObject };
    if (!spec.sealed || !spec.subject) return { ...stored, data: data as JsonObject };

    const isSealed = ([field]: [string, unknown]): boolean => spec.sealed?.includes(field) ?? false;
    const fields = Object.entries(data as JsonObject);
    const personal = JSON.stringify(Object.fromEntries(fields.filter(isSealed)));
    const open = Object.fromEntries(fields.filter((field) => !isSealed(field))) as JsonObject;
    const subject = String(open[spec.subject]);
    const key = await this.keyring.ensure(subject);
    return { ...stored, data: { ...open, [SEALED_FIELD]: encrypt(key, personal, associated(subject, eventId)) } };
  }

  /** Events in the same order, opened; personal fields of an erased subject read {@link ERASED}. */
  async open(events: readonly RecordedStoredEvent[]): Promise<readonly Recorded<Message>[]> {
    const current = events.map((event) => this.upcast(event));
    const subjects = new Set<string>();
    for (const { spec, data } of current) if (spec.subject && SEALED_FIELD in data) subjects.add(String(data[spec.subject]));
    const keys = subjects.size === 0 ? new Map<string, Uint8Array>() : await this.keyring.get([...subjects]);
    return current.map(({ event, name, spec, data }) => {
      const separator = event.stream.indexOf('-');
      return {
        type: name,
        data: spec.subject && SEALED_FIELD in data ? unseal(spec, data, event.id, keys) : data,
        eventId: event.id,
        stream: event.stream,
        aggregateId: event.stream.slice(separator + 1),
        revision: event.revision,
        position: event.position,
        metadata: event.metadata as unknown as Metadata,
      };
    });
  }

  private upcast(event: RecordedStoredEvent): { event: RecordedStoredEvent; name: string; spec: EventTypeSpec; data: JsonObject } {
    let { type, data } = event;
    for (let next = this.upcasters[type]; next; next = this.upcasters[type]) ({ type, data } = next(data));
    const name = type.slice(0, type.lastIndexOf('.v'));
    const spec = this.spec(name);
    if (type !== `${name}.v${spec.version}`) throw new UnknownEventType(type);
    return { event, name, spec, data };
  }

  private spec(name: string): EventTypeSpec {
    const spec = this.types[name];
    if (!spec) throw new UnknownEventType(name);
    return spec;
  }
}

/** A newer program wrote it; this one waits until it is replaced. */
export class UnknownEventType extends TemporaryFailure {
  constructor(readonly type: string) {
    super(`No event type ${type} is known to this program`);
    this.name = 'UnknownEventType';
  }
}

const associated = (subject: string, eventId: string): Buffer => Buffer.from(`${subject}/${eventId}`);

// Node takes a key given as bytes for anything, and finding out costs more than the encryption itself.
function encrypt(key: Uint8Array, plain: string, aad: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), iv).setAAD(aad);
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
}

function decrypt(key: Uint8Array, sealed: string, aad: Buffer): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), bytes.subarray(0, IV_BYTES)).setAAD(aad);
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
}

function unseal(spec: EventTypeSpec, data: JsonObject, eventId: string, keys: ReadonlyMap<string, Uint8Array>): JsonObject {
  const { [SEALED_FIELD]: sealed, ...open } = data;
  const subject = String(data[spec.subject as string]);
  const key = keys.get(subject);
  const personal = key
    ? (JSON.parse(decrypt(key, String(sealed), associated(subject, eventId))) as JsonObject)
    : Object.fromEntries((spec.sealed ?? []).map((field) => [field, ERASED]));
  return { ...open, ...personal };
}
