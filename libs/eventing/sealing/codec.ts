import { decrypted, encrypt } from './cipher.js';
import {
  ERASED,
  isErased,
  type JsonObject,
  type Message,
  type Metadata,
  type Recorded,
  type Upcasters,
} from '@app/kernel';
import type { RecordedStoredEvent, StoredEvent } from '../ports/event-store.js';
import { KeyDestroyed, KeyLost, type Keyring } from '../ports/keyring.js';
import { Unopened, type Followable, type UnopenedCause } from '../reading/unopened.js';

/** An event to be appended. */
export type NewEvent<Event extends Message = Message> = Event & {
  readonly eventId: string;
  readonly metadata: Metadata;
};

/** `sealed` gives for each personal field the field that holds the id of the subject whose key seals it. */
export type EventTypeSpec = { readonly version: number; readonly sealed?: Readonly<Record<string, string>> };

/** Whether events are known to be sealed for a subject. `subjectField` is the event field that names it. */
export type HasSealedEvents = (subjectField: string, subject: string) => Promise<boolean>;

const SEALED_FIELD = 'sealed';

/**
 * Converts between typed and stored events: adds name and version to the type, and seals personal fields with their
 * subject's key (AES-256-GCM, with subject and event id as associated data). An event can hold fields of several
 * subjects. Users of the codec never see ciphertext.
 */
export class EventCodec {
  constructor(
    private readonly types: Readonly<Record<string, EventTypeSpec>>,
    private readonly keyring: Keyring,
    private readonly upcasters: Upcasters = {},
  ) {}

  /**
   * First creates missing keys durably.
   * @param hasSealedEvents called only before a key is created
   * @throws UnknownEventType, KeyDestroyed, KeyLost
   */
  async seal(event: NewEvent, hasSealedEvents: HasSealedEvents): Promise<StoredEvent> {
    const { version, sealed } = this.spec(event.type);
    const { type, eventId, metadata } = event;
    const data = event.data as JsonObject;
    const stored = { id: eventId, type: `${type}.v${version}`, metadata: metadata as unknown as JsonObject };
    if (!sealed) return { ...stored, data };

    const open = Object.entries(data).filter(([field]) => !Object.hasOwn(sealed, field));
    const parts = partsOf(sealed).map(async ({ subjectField, fields }) => {
      const personal = fields.filter((field) => field in data).map((field) => [field, data[field]] as const);
      // An erased value needs no key, and could not have one.
      if (personal.every(([, value]) => isErased(value))) return [subjectField, null] as const;
      const subject = String(data[subjectField]);
      const key = await this.sealingKey(subject, () => hasSealedEvents(subjectField, subject));
      return [
        subjectField,
        encrypt(key, JSON.stringify(Object.fromEntries(personal)), associated(subject, eventId)),
      ] as const;
    });
    return {
      ...stored,
      data: { ...Object.fromEntries(open), [SEALED_FIELD]: Object.fromEntries(await Promise.all(parts)) },
    };
  }

  /**
   * The opened events in the same order; personal fields of an erased subject hold {@link ERASED}. One that cannot be
   * opened does not affect the others.
   */
  async open(events: readonly RecordedStoredEvent[]): Promise<readonly Followable[]> {
    const current = events.map((event) => this.current(event));
    const subjects = new Set(
      current.flatMap((one) =>
        one instanceof Unopened
          ? []
          : partsOf(one.spec.sealed).map(({ subjectField }) => String((one.event.data as JsonObject)[subjectField])),
      ),
    );
    const keys =
      subjects.size === 0 ? new Map<string, Uint8Array | 'destroyed'>() : await this.keyring.get([...subjects]);
    return current.map((one) => (one instanceof Unopened ? one : unseal(one, keys)));
  }

  /** A key is created only for a subject without sealed events. */
  private async sealingKey(subject: string, hasSealedEvents: () => Promise<boolean>): Promise<Uint8Array> {
    const known = await this.knownKey(subject);
    if (known) return known;
    if (!(await hasSealedEvents())) return this.keyring.ensure(subject);
    // Another process may have created and used the key since we looked for it.
    const made = await this.knownKey(subject);
    if (!made) throw new KeyLost(subject);
    return made;
  }

  /** @throws KeyDestroyed */
  private async knownKey(subject: string): Promise<Uint8Array | undefined> {
    const key = (await this.keyring.get([subject])).get(subject);
    if (key === 'destroyed') throw new KeyDestroyed(subject);
    return key;
  }

  /** Upcast to its newest version, still sealed. */
  private current(stored: RecordedStoredEvent): Current | Unopened {
    const { id: eventId, stream, revision, position, metadata } = stored;
    const place = { stream, revision, position, programId: programOfStored(stored) };
    let { type, data } = stored;
    if (!isObject(data) || place.programId === UNKNOWN_PROGRAM) return new Unopened('ContentBroken', place);
    try {
      for (let next = this.upcasters[type]; next; next = this.upcasters[type]) ({ type, data } = next(data));
    } catch {
      return new Unopened('ContentBroken', place);
    }
    const name = type.slice(0, type.lastIndexOf('.v'));
    const spec = this.types[name];
    if (!spec || type !== `${name}.v${spec.version}`) return new Unopened('UnknownEventType', place);
    const { [SEALED_FIELD]: sealed, ...open } = data;
    const aggregateId = stream.slice(stream.indexOf('-') + 1);
    const event = {
      type: name,
      data: spec.sealed ? open : data,
      eventId,
      stream,
      aggregateId,
      revision,
      position,
      metadata: metadata as unknown as Metadata,
    };
    return { event, spec, sealed, place };
  }

  private spec(name: string): EventTypeSpec {
    const spec = this.types[name];
    if (!spec) throw new UnknownEventType(name);
    return spec;
  }
}

type Current = {
  readonly event: Recorded<Message>;
  readonly spec: EventTypeSpec;
  readonly sealed: unknown;
  readonly place: ConstructorParameters<typeof Unopened>[1];
};

/** Of an event whose metadata cannot be read. */
export const UNKNOWN_PROGRAM = 'unknown';

/** The program of a sealed event, or `unknown` when its metadata cannot be read. */
export function programOfStored({ metadata }: StoredEvent): string {
  const programId = (metadata as Partial<Metadata> | null)?.programId;
  return typeof programId === 'string' ? programId : UNKNOWN_PROGRAM;
}

/** No event of this type can be stored: it is in no table of event types. */
export class UnknownEventType extends Error {
  constructor(readonly type: string) {
    super(`No event type ${type} is known to this program`);
    this.name = 'UnknownEventType';
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

const associated = (subject: string, eventId: string): Buffer => Buffer.from(`${subject}/${eventId}`);

function unseal(
  { event, spec, sealed, place }: Current,
  keys: ReadonlyMap<string, Uint8Array | 'destroyed'>,
): Followable {
  if (!spec.sealed) return event;
  if (!isObject(sealed)) return new Unopened('ContentBroken', place);
  const personal: JsonObject[] = [];
  for (const { subjectField, fields } of partsOf(spec.sealed)) {
    const subject = (event.data as JsonObject)[subjectField];
    if (typeof subject !== 'string') return new Unopened('ContentBroken', place);
    const [ciphertext, key] = [sealed[subjectField], keys.get(subject)];
    if (ciphertext === null || key === 'destroyed') {
      personal.push(Object.fromEntries(fields.map((field) => [field, ERASED as JsonObject])));
      continue;
    }
    const part = openPart(ciphertext, key, associated(subject, event.eventId));
    if (typeof part === 'string') return new Unopened(part, place, event);
    personal.push(part);
  }
  return { ...event, data: Object.assign({}, event.data, ...personal) as JsonObject };
}

function openPart(ciphertext: unknown, key: Uint8Array | undefined, aad: Buffer): JsonObject | UnopenedCause {
  if (typeof ciphertext !== 'string') return 'ContentBroken';
  if (!key) return 'KeyMissing';
  const plain = decrypted(key, ciphertext, aad);
  if (plain === null) return 'SealBroken';
  const part = parsed(plain);
  return isObject(part) ? part : 'ContentBroken';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Ids of the subjects whose keys seal a stored event. */
export function sealedSubjects({ data }: StoredEvent): readonly string[] {
  const sealed = isObject(data) ? data[SEALED_FIELD] : null;
  return isObject(sealed) ? Object.keys(sealed).map((subjectField) => String(data[subjectField])) : [];
}

type Sealed = Readonly<Record<string, string>>;
const NOTHING: Sealed = {};
type Part = { readonly subjectField: string; readonly fields: readonly string[] };

const partsByTable = new WeakMap<Sealed, readonly Part[]>();

/** The sealed fields by the field that names their subject: fields with one key are encrypted together. */
function partsOf(sealed: Sealed = NOTHING): readonly Part[] {
  let known = partsByTable.get(sealed);
  if (!known) {
    const fields = Object.keys(sealed);
    known = [...new Set(Object.values(sealed))].map((subjectField) => ({
      subjectField,
      fields: fields.filter((field) => sealed[field] === subjectField),
    }));
    partsByTable.set(sealed, known);
  }
  return known;
}
