import { subjectOf, type Document, type DocumentKey, type ModelDefinition } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { Collection, Db } from 'mongodb';

/**
 * A document with the position of its last event, which guards it. A deleted document leaves its position. Every read
 * and write names the program and, if it concerns one document, the id, so that a collection can be sharded by both.
 */
export type Stored<Row extends Document = Document> = StoredKey & {
  readonly position: Position;
  readonly document?: Row;
};

/** `_id` contains the program: in a sharded collection only ids with different shard keys may be equal. */
export type StoredKey = { readonly _id: string; readonly program: string };

export const storedKey = ({ programId, id }: DocumentKey): StoredKey => ({
  _id: `${programId} ${id}`,
  program: programId,
});

/**
 * The checkpoints of a model's parts are in its collection, so that a rename replaces documents and checkpoints in one
 * step. `copy` distinguishes the collections that follow each other under one name.
 */
export type Marker = MarkerKey & { readonly copy: string; readonly checkpoint: Position | null };

/** Of one part: `_id` is ` 3/8`. A marker belongs to no program; no document's id begins with a space. */
export type MarkerKey = { readonly _id: string; readonly program: null };

/** The marker of a checkpoint, by its name. */
export const markerKey = (checkpoint: string): MarkerKey => ({
  _id: checkpoint.slice(subjectOf(checkpoint).length) || WHOLE,
  program: null,
});

/** The name of a marker's checkpoint. */
export const checkpointName = (model: string, { _id }: MarkerKey): string => (_id === WHOLE ? model : `${model}${_id}`);

const WHOLE = ' 1/1';

/** All markers of a collection. */
export const MARKERS = { program: null, _id: { $gte: ' ', $lt: '!' } };

/** Documents were stored under other ids in the collections `models.*`, which no version reads any more. */
export const liveName = (model: string): string => `documents.${model}`;
/** Names of models have no dots. */
export const copyName = (model: string): string => `documents.${model}.rebuild`;

/** The model that a collection holds, live or as a copy; `null` when it holds none. */
export function modelIn(
  collection: string,
): { readonly name: string; readonly of: 'model' | 'copy'; readonly collection: string } | null {
  const [, name, copy] = /^documents\.([^.]+)(\.rebuild)?$/.exec(collection) ?? [];
  return name === undefined ? null : { name, of: copy === undefined ? 'model' : 'copy', collection };
}

export const storedIn = <Row extends Document = Document>(db: Db, collection: string): Collection<Stored<Row>> =>
  db.collection<Stored<Row>>(collection);
export const markersIn = (db: Db, collection: string): Collection<Marker> => db.collection<Marker>(collection);

/** The entries of a collection other than documents: the checkpoint, and positions of deleted documents. */
export const IS_DOCUMENT = { document: { $exists: true } } as const;

/** Path of a field of the stored document. */
export const path = (field: string): string => `document.${field}`;

export class NotPrepared extends Error {
  constructor({ name }: ModelDefinition) {
    super(`Read model ${name} was not prepared`);
    this.name = 'NotPrepared';
  }
}
