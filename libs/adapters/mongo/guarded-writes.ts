import { isDeleted, keyOf, type DocumentWrite } from '@app/eventing';
import { MongoBulkWriteError, type AnyBulkWriteOperation, type Collection } from 'mongodb';
import { storedKey, type Stored } from './model-collections.js';

const AT_ONCE = 1_000;
const DUPLICATE = 11000;

/** Writes or deletes each document that is newer than the stored one; idempotent. */
export async function writeGuarded(collection: Collection<Stored>, writes: readonly DocumentWrite[]): Promise<void> {
  for (let from = 0; from < writes.length; from += AT_ONCE) {
    const some = writes.slice(from, from + AT_ONCE);
    const taken = await bulk(
      collection,
      some.map((write) => replace(write, true)),
    );
    // The id exists with a newer document, or with an older one inserted between looking and inserting.
    const again = taken.map((index) => some[index]).filter((write) => write !== undefined);
    if (again.length > 0)
      await bulk(
        collection,
        again.map((write) => replace(write, false)),
      );
  }
}

/** A replacement keeps keys that begin with `$`; they are operators only at the top level. */
const replace = (write: DocumentWrite, upsert: boolean): AnyBulkWriteOperation<Stored> => ({
  replaceOne: {
    filter: { ...storedKey(keyOf(write)), position: { $lt: write.position } },
    replacement: { program: keyOf(write).programId, ...(isDeleted(write) ? { position: write.position } : write) },
    upsert,
  },
});

/** @returns the indexes of the operations whose id existed */
async function bulk(collection: Collection<Stored>, operations: AnyBulkWriteOperation<Stored>[]): Promise<number[]> {
  try {
    await collection.bulkWrite(operations, { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failed = [error.writeErrors].flat();
    if (failed.length === 0 || failed.some(({ code }) => code !== DUPLICATE)) throw error;
    return failed.map(({ index }) => index);
  }
}
