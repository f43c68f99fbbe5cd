import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import { ERASED, isErased, type JsonObject, type Message, type Metadata, type Recorded } from '@app/kernel';
import type { RecordedStoredEvent, StoredEvent } from './event-store.js';
import type { Keyring } from './keyring.js';
import { TemporaryFailure } from './temporary-failure.js';

/** An event on its way into the record. */
export type NewEvent<Event extends Message = Message> = Event & { readonly eventId: string; readonly metadata: Metadata };

/** `sealed` says of each personal field which field holds the id of the subject whose key seals it. */
export type EventTypeSpec = { readonly version: number; readonly sealed?: Readonly<Record<string, string>> };

/** Turns the stored data of an older version into the next one's, by stored type (`MessageSent.v1`). */
export type Upcasters = Readonly<Record<string, (data: JsonObject) => { readonly type: string; readonly data: JsonObject }>>;

const SEALED_FIELD = 'sealed';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Between typed events and stored ones: names and versions the type, and seals personal fields with their subject's key
 * (AES-256-GCM, with subject and event id as associated data). An event can hold fields of several subjects. Nothing
 * behind it ever sees ciphertext.
 */
export class EventCodec {
  constructor(
    private readonly types: Readonly<Record<string, EventTypeSpec>>,
    private readonly keyring: Keyring,
    private readonly upcasters: Upcasters = {},
  ) {}

  /** Makes each subject's key durable first where there is none yet. @throws UnknownEventType, KeyDestroyed */
  async seal(event: NewEvent): Promise<StoredEvent> {
    const { version, sealed } = this.spec(event.type);
    const { type, eventId, metadata } = event;
    const data = event.data as JsonObject;
    const stored = { id: eventId, type: `${type}.v${version}`, metadata: metadata as unknown as JsonObject };
    if (!sealed) return { ...stored, data };

    const open = Object.entries(data).filter(([field]) => !Object.hasOwn(sealed, field));
    const parts = partsOf(sealed).map(async ({ subjectField, fields }) => {
      const personal = fields.filter((field) => field in data).map((field) => [field, data[field]] as const);
      // What was erased before needs no key, and could not have one.
      if (personal.every(([, value]) => isErased(value))) return [subjectField, null] as const;
      const subject = String(data[subjectField]);
      const key = await this.keyring.ensure(subject);
      return [subjectField, encrypt(key, JSON.stringify(Object.fromEntries(personal)), associated(subject, eventId))] as const;
    });
    return { ...stored, data: { ...Object.fromEntries(open), [SEALED_FIELD]: Object.fromEntries(await Promise.all(parts)) } };
  }

  /** Events in the same order, opened; personal fields of an erased subject hold {@link ERASED}. */
  async open(events: readonly RecordedStoredEvent[]): Promise<readonly Recorded<Message>[]> {
    const current = events.map((event) => this.upcast(event));
    const subjects = new Set(current.flatMap(({ spec: { sealed }, data }) => partsOf(sealed).map(({ subjectField }) => String(data[subjectField]))));
    const keys = subjects.size === 0 ? new Map<string, Uint8Array>() : await this.keyring.get([...subjects]);
    return current.map(({ event, name, spec, data }) => {
      const separator = event.stream.indexOf('-');
      return {
        type: name,
        data: spec.sealed ? unseal(spec.sealed, data, event.id, keys) : data,
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

function unseal(fieldsSealed: Sealed, data: JsonObject, eventId: string, keys: ReadonlyMap<string, Uint8Array>): JsonObject {
  const { [SEALED_FIELD]: sealed, ...open } = data;
  const parts = partsOf(fieldsSealed).map(({ subjectField, fields }) => {
    const subject = String(data[subjectField]);
    const ciphertext = (sealed as Readonly<Record<string, string | null>>)[subjectField];
    const key = keys.get(subject);
    if (ciphertext === null || !key) return Object.fromEntries(fields.map((field) => [field, ERASED]));
    return JSON.parse(decrypt(key, String(ciphertext), associated(subject, eventId))) as JsonObject;
  });
  return Object.assign(open, ...parts) as JsonObject;
}

type Sealed = Readonly<Record<string, string>>;
type Part = { readonly subjectField: string; readonly fields: readonly string[] };

/** The sealed fields by the field that names their subject: what has one key is encrypted together. */
function partsOf(sealed: Sealed = {}): readonly Part[] {
  const fields = Object.keys(sealed);
  return [...new Set(Object.values(sealed))].map((subjectField) => ({ subjectField, fields: fields.filter((field) => sealed[field] === subjectField) }));
}
