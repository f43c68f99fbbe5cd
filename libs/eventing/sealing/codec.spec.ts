import fc from 'fast-check';
import { ERASED, type JsonObject, type Message } from '@app/kernel';
import { eventTypes } from '@app/domain';
import { KeysInMemory, newRecord, noneSealed, samples, sampleOf, type DomainEvent } from '@app/testing';
import { EventCodec, UnknownEventType, type EventTypeSpec, type HasSealedEvents } from './codec.js';
import type { RecordedStoredEvent, StoredEvent } from '../ports/event-store.js';
import { KeyDestroyed, KeyLost } from '../ports/keyring.js';
import { isOpened, Unopened } from '../reading/unopened.js';

const record = newRecord();
const specOf = (type: string): EventTypeSpec | undefined =>
  (eventTypes as Readonly<Record<string, EventTypeSpec>>)[type];
const allTypes = Object.keys(samples) as DomainEvent['type'][];
const sealedTypes = allTypes.filter((type) => specOf(type)?.sealed);
const asRecorded = (stored: StoredEvent): RecordedStoredEvent => ({
  ...stored,
  stream: 'conversation-c-1',
  revision: 3,
  position: '0007',
});
const received = record('conversation-c-1', sampleOf('MessageReceived'));

/** Every field that is declared personal holds the marker. */
function marked(type: DomainEvent['type'], marker: string): Message {
  const fields = Object.fromEntries(Object.keys(specOf(type)?.sealed ?? {}).map((field) => [field, marker]));
  return { type, data: { ...samples[type], ...fields } };
}

describe('codec', () => {
  let keyring: KeysInMemory;
  let codec: EventCodec;
  beforeEach(() => {
    keyring = new KeysInMemory();
    codec = new EventCodec(eventTypes, keyring);
  });
  const openOne = async (stored: StoredEvent): Promise<Message | undefined> =>
    (await codec.open([asRecorded(stored)])).filter(isOpened)[0];
  /** The cause for which an event cannot be opened. */
  const causeOf = async (stored: StoredEvent): Promise<string | null> => {
    const [event] = await codec.open([asRecorded(stored)]);
    return event instanceof Unopened ? event.cause : null;
  };

  it.each(allTypes)('rule 1: %s is stored under its name and version, and is read back unchanged', async (type) => {
    const event = record('conversation-c-1', sampleOf(type) as Message);
    const stored = await codec.seal(event, noneSealed);
    expect(stored.type).toBe(`${type}.v${specOf(type)?.version}`);
    expect(await openOne(JSON.parse(JSON.stringify(stored)) as StoredEvent)).toEqual({
      type,
      data: event.data,
      eventId: event.eventId,
      stream: 'conversation-c-1',
      aggregateId: 'c-1',
      revision: 3,
      position: '0007',
      metadata: event.metadata,
    });
  });

  it.each(sealedTypes)('rule 6: the stored form of %s contains nothing personal', async (type) => {
    const stored = await codec.seal(record('conversation-c-1', marked(type, 'MARKER')), noneSealed);
    const text = JSON.stringify(stored);
    expect(text).not.toContain('MARKER');
    expect(text).not.toContain(Buffer.from('MARKER').toString('base64').slice(0, -1));
    expect(Object.keys(stored.data).filter((field) => field in (specOf(type)?.sealed ?? {}))).toEqual([]);
  });

  it('rule 6: any text is opened unchanged, and never found in the stored form', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 4 }), async (text) => {
        const stored = await codec.seal(
          record('conversation-c-1', {
            type: 'MessageReceived',
            data: { ...samples.MessageReceived, text: `¶${text}¶` },
          }),
          noneSealed,
        );
        expect(JSON.stringify(stored)).not.toContain(JSON.stringify(`¶${text}¶`).slice(1, -1));
        expect((await openOne(stored))?.data).toMatchObject({ text: `¶${text}¶` });
      }),
    );
  });

  it('rule 6: the same text sealed twice looks different', async () => {
    expect((await codec.seal(received, noneSealed)).data['sealed']).not.toEqual(
      (await codec.seal(received, noneSealed)).data['sealed'],
    );
  });

  it("rule 6: content sealed in one conversation does not open as another's", async () => {
    const stored = await codec.seal(received, noneSealed);
    await keyring.ensure('conversation-2');
    expect(await causeOf({ ...stored, data: { ...stored.data, conversationId: 'conversation-2' } })).toBe('SealBroken');
  });

  it('rule 6: content sealed in one event does not open in another', async () => {
    expect(await causeOf({ ...(await codec.seal(received, noneSealed)), id: 'another-event' })).toBe('SealBroken');
  });

  it('rule 6: a changed byte is noticed', async () => {
    const stored = await codec.seal(received, noneSealed);
    const { conversationId } = stored.data['sealed'] as Record<string, string>;
    const bytes = Buffer.from(String(conversationId), 'base64');
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    expect(
      await causeOf({ ...stored, data: { ...stored.data, sealed: { conversationId: bytes.toString('base64') } } }),
    ).toBe('SealBroken');
  });

  it("M14: a message that is written again in another conversation is sealed with that one's key", async () => {
    const moved = record('conversation-c-2', {
      type: 'MessageReceived',
      data: { ...samples.MessageReceived, conversationId: 'conversation-2' },
    });
    const stored = [await codec.seal(received, noneSealed), await codec.seal(moved, noneSealed)];
    await keyring.destroy('conversation-1');
    expect(
      (await codec.open(stored.map(asRecorded))).filter(isOpened).map(({ data }) => (data as { text: unknown }).text),
    ).toEqual([ERASED, samples.MessageReceived.text]);
  });

  it.each(['MessageSent', 'AutomatedTextSent'] as const)(
    'M8, X8: in %s the text belongs to the conversation, and the number to the contact',
    async (type) => {
      const stored = await codec.seal(record('conversation-c-1', sampleOf(type) as Message), noneSealed);
      await keyring.destroy('conversation-1');
      expect((await openOne(stored))?.data).toEqual({ ...samples[type], text: ERASED });
      await keyring.destroy('contact-rita');
      expect((await openOne(stored))?.data).toEqual({ ...samples[type], text: ERASED, to: ERASED });
    },
  );

  describe('one event of several subjects', () => {
    const types = { Written: { version: 1, sealed: { text: 'roomId', name: 'personId', phone: 'personId' } } };
    const event = record('room-1', {
      type: 'Written',
      data: { roomId: 'room', personId: 'rita', text: 'Hello', name: 'Rita', phone: null },
    });
    const shared = (): EventCodec => new EventCodec(types, keyring);
    const read = async (stored: StoredEvent): Promise<object | undefined> =>
      (await shared().open([asRecorded(stored)])).filter(isOpened)[0]?.data;

    it("M8, X8: each subject's fields are erased with its own key, and the others stay", async () => {
      const stored = await shared().seal(event, noneSealed);
      expect(await read(stored)).toEqual(event.data);
      await keyring.destroy('rita');
      expect(await read(stored)).toEqual({ ...event.data, name: ERASED, phone: ERASED });
      await keyring.destroy('room');
      expect(await read(stored)).toEqual({ ...event.data, text: ERASED, name: ERASED, phone: ERASED });
    });

    it("rule 6: content sealed with one subject's key does not open as another's", async () => {
      const stored = await shared().seal(event, noneSealed);
      const { roomId, personId } = stored.data['sealed'] as Record<string, string>;
      expect(
        await read({ ...stored, data: { ...stored.data, sealed: { roomId: personId ?? '', personId: roomId ?? '' } } }),
      ).toBeUndefined();
    });

    it('X8: an erased value is stored again as erased, and needs no key', async () => {
      await keyring.destroy('rita');
      const again = { ...event, data: { ...event.data, name: ERASED, phone: ERASED } };
      expect(await read(await shared().seal(again, noneSealed))).toEqual(again.data);
      await expect(shared().seal({ ...event, data: { ...event.data, name: ERASED } }, noneSealed)).rejects.toThrow(
        KeyDestroyed,
      );
    });
  });

  it('rule 6: without their key personal fields read as erased, and the rest is unchanged', async () => {
    const stored = await codec.seal(received, noneSealed);
    await keyring.destroy('conversation-1');
    expect(await openOne(stored)).toMatchObject({ type: 'MessageReceived', data: { ...received.data, text: ERASED } });
  });

  it('rule 6: nothing is sealed with a destroyed key', async () => {
    await keyring.destroy('conversation-1');
    await expect(codec.seal(received, noneSealed)).rejects.toThrow(KeyDestroyed);
  });

  describe('the key of a subject', () => {
    let calls: string[];
    const asked =
      (answer: boolean): HasSealedEvents =>
      async (subjectField, subject) => {
        calls.push(`sealed events of ${subjectField} ${subject}`);
        return answer;
      };
    beforeEach(() => {
      calls = [];
      for (const name of ['get', 'ensure'] as const) {
        const call = keyring[name].bind(keyring) as (what: unknown) => never;
        keyring[name] = (what: unknown) => {
          calls.push(`${name} ${String(what)}`);
          return call(what);
        };
      }
    });

    it('rule 6: is created for a subject without sealed events', async () => {
      expect(await openOne(await codec.seal(received, asked(false)))).toMatchObject({ data: received.data });
      expect(calls.slice(0, 3)).toEqual([
        'get conversation-1',
        'sealed events of conversationId conversation-1',
        'ensure conversation-1',
      ]);
    });

    it('rule 6: is read once, without any other read, if it exists', async () => {
      await keyring.ensure('conversation-1');
      calls = [];
      await codec.seal(received, asked(true));
      expect(calls).toEqual(['get conversation-1']);
    });

    it('rule 6: is not created again for a subject with sealed events, and nothing is sealed', async () => {
      const sealing = codec.seal(received, asked(true));
      await expect(sealing).rejects.toThrow(KeyLost);
      await expect(sealing).rejects.toMatchObject({
        name: 'KeyLost',
        subject: 'conversation-1',
        message: expect.stringContaining('newest backup'),
      });
      expect(calls.filter((call) => call.startsWith('ensure'))).toEqual([]);
      expect(await keyring.get(['conversation-1'])).toEqual(new Map());
    });

    it('rule 6: is the one that another process created and used since this one looked for it', async () => {
      const stored = await codec.seal(received, async () => {
        await keyring.ensure('conversation-1');
        return true;
      });
      expect(await openOne(stored)).toMatchObject({ data: received.data });
    });

    it('rule 6: stays destroyed, also if it is destroyed meanwhile', async () => {
      const destroyed = codec.seal(received, async () => {
        await keyring.destroy('conversation-1');
        return true;
      });
      await expect(destroyed).rejects.toThrow(KeyDestroyed);
      calls = [];
      await expect(codec.seal(received, asked(true))).rejects.toThrow(KeyDestroyed);
      expect(calls).toEqual(['get conversation-1']);
    });
  });

  it("rule 6: after the erasure of one conversation another's events are still readable, in order", async () => {
    const other = record('conversation-c-1', {
      type: 'MessageReceived',
      data: { ...samples.MessageReceived, conversationId: 'conversation-2', text: 'Hi' },
    });
    const stored = [await codec.seal(received, noneSealed), await codec.seal(other, noneSealed)];
    await keyring.destroy('conversation-1');
    expect(
      (await codec.open(stored.map(asRecorded))).filter(isOpened).map(({ data }) => (data as { text: unknown }).text),
    ).toEqual([ERASED, 'Hi']);
  });

  it.each(['MessageTeleported.v1', 'MessageReceived.v2', 'MessageReceived', 'toString.v1'])(
    'rule 1: the stored type %s is not known',
    async (type) => {
      const { data, ...stored } = await codec.seal(received, noneSealed);
      expect(await causeOf({ ...stored, data, type })).toBe('UnknownEventType');
    },
  );

  describe('an event that cannot be opened', () => {
    it('rule 13: because of a missing key that was not destroyed is not erased', async () => {
      const stored = await new EventCodec(eventTypes, new KeysInMemory()).seal(received, noneSealed);
      expect(await causeOf(stored)).toBe('KeyMissing');
      await keyring.ensure('conversation-1'); // its key is restored
      expect(await openOne(stored)).toMatchObject({ data: received.data });
    });

    it.each<[string, unknown]>([
      ['no object', 'text'],
      ['a list', []],
      ['nothing', null],
      ['bytes', Buffer.from('{')],
      ['an object without what was sealed', { conversationId: 'conversation-1' }],
      ['something else where what was sealed should be', { conversationId: 'conversation-1', sealed: 'text' }],
      ['no ciphertext of its subject', { conversationId: 'conversation-1', sealed: {} }],
      ['no subject', { sealed: { conversationId: 'AAAA' } }],
    ])('rule 13: because its content is %s', async (_what, data) => {
      expect(await causeOf({ ...(await codec.seal(received, noneSealed)), data: data as JsonObject })).toBe(
        'ContentBroken',
      );
    });

    it('rule 13: because its ciphertext is truncated', async () => {
      const stored = await codec.seal(received, noneSealed);
      for (const sealed of [
        '',
        'AAAA',
        String((stored.data['sealed'] as Record<string, string>)['conversationId']).slice(0, 20),
      ])
        expect(await causeOf({ ...stored, data: { ...stored.data, sealed: { conversationId: sealed } } })).toBe(
          'SealBroken',
        );
    });

    it('rule 13: because its older version has no upcaster', async () => {
      const lifting = new EventCodec({ Named: { version: 2 } }, keyring, {
        'Named.v1': ({ name }) => ({
          type: 'Named.v2',
          data: { name: String(name).trim(), of: (name as { of: string }).of.length },
        }),
      });
      const [event] = await lifting.open([
        asRecorded({
          id: 'e',
          type: 'Named.v1',
          data: { name: null },
          metadata: received.metadata as unknown as JsonObject,
        }),
      ]);
      expect(event).toMatchObject({
        cause: 'ContentBroken',
        stream: 'conversation-c-1',
        revision: 3,
        programId: 'program-1',
      });
    });

    it('rule 13: because of damaged metadata belongs to no program', async () => {
      const [event] = await codec.open([
        asRecorded({ ...(await codec.seal(received, noneSealed)), metadata: 'text' as unknown as JsonObject }),
      ]);
      expect(event).toMatchObject({ cause: 'ContentBroken', programId: 'unknown' });
    });

    it('rule 13: does not affect those before and after it, in order, and shows its legible part', async () => {
      const other = record('conversation-c-1', {
        type: 'MessageReceived',
        data: { ...samples.MessageReceived, conversationId: 'conversation-2' },
      });
      const stored = [
        await codec.seal(received, noneSealed),
        await new EventCodec(eventTypes, new KeysInMemory()).seal(other, noneSealed),
        await codec.seal(received, noneSealed),
      ];
      const [first, second, third] = await codec.open(stored.map(asRecorded));
      expect([first, third].map((event) => event && isOpened(event) && event.data)).toEqual([
        received.data,
        received.data,
      ]);
      const { text: _, ...open } = other.data;
      expect(second).toMatchObject({ cause: 'KeyMissing', legible: { type: 'MessageReceived', data: open } });
      expect(second instanceof Unopened && second.legible?.data).not.toHaveProperty('text');
    });
  });

  it('rule 1: an unknown type is not stored', async () => {
    await expect(
      codec.seal(record('conversation-c-1', { type: 'MessageTeleported', data: {} }), noneSealed),
    ).rejects.toThrow(UnknownEventType);
  });

  it('rule 1: an older version is upcast step by step to the current one', async () => {
    const lifted = new EventCodec({ Renamed: { version: 3 } }, keyring, {
      'Named.v1': (data) => ({ type: 'Renamed.v2', data: { ...data, second: true } }),
      'Renamed.v2': (data) => ({ type: 'Renamed.v3', data: { ...data, third: true } }),
    });
    const metadata = received.metadata as unknown as JsonObject;
    const [event] = await lifted.open([asRecorded({ id: 'e', type: 'Named.v1', data: { first: true }, metadata })]);
    expect(event).toMatchObject({ type: 'Renamed', data: { first: true, second: true, third: true } });
  });
});
