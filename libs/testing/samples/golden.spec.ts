import { eventTypes, upcasters } from '@app/domain';
import { EventCodec, isOpened } from '@app/eventing';
import { KeysInMemory, newRecord, noneSealed } from '../index.js';
import { asRecorded, goldenFiles, goldenPaths, readGolden, typeOfFile } from './golden.js';

class GivenKeys extends KeysInMemory {
  constructor(private readonly keys: Readonly<Record<string, string>>) {
    super();
  }

  override async get(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    return new Map(
      subjects.flatMap((subject) =>
        this.keys[subject] === undefined ? [] : [[subject, Buffer.from(this.keys[subject], 'base64')] as const],
      ),
    );
  }
}

describe('the golden files of stored events', () => {
  const files = goldenFiles();

  it('exist for each stored type; `npm run golden` creates missing ones', () => {
    expect(goldenPaths().filter((path) => !files.includes(path))).toEqual([]);
  });

  it('belong to one type each', () => {
    expect(files.filter((path) => !(typeOfFile(path) in eventTypes))).toEqual([]);
  });

  it.each(files)('%s opens to its recorded data', async (path) => {
    const { stored, keys, opened } = readGolden(path);
    const [event] = (
      await new EventCodec(eventTypes, new GivenKeys(keys), upcasters).open([asRecorded(stored)])
    ).filter(isOpened);
    expect(event).toMatchObject({ type: opened.type, eventId: stored.id, metadata: stored.metadata });
    // An upcast older version has more fields.
    expect(event?.data).toEqual(
      stored.type === `${opened.type}.v${eventTypes[opened.type as keyof typeof eventTypes].version}`
        ? opened.data
        : expect.objectContaining(opened.data),
    );
    expect(Object.keys(opened.data)).not.toEqual([]);
  });

  it.each(goldenPaths())('%s leaves the same fields unsealed as when it was stored', async (path) => {
    const { stored, opened } = readGolden(path);
    const again = await new EventCodec(eventTypes, new KeysInMemory(), upcasters).seal(
      { ...newRecord()('golden-1', opened), eventId: stored.id },
      noneSealed,
    );
    expect(again.type).toBe(stored.type);
    expect({ ...again.data, sealed: null }).toEqual({ ...stored.data, sealed: null });
  });
});
