import type { Document, ModelDefinition } from '@app/eventing';
import type { Position } from '@app/kernel';
import type { Collection, Db } from 'mongodb';

/** A document with the position of its last event, which guards it. A deleted document leaves its position. */
export type Stored<Row extends Document = Document> = {
  readonly _id: string;
  readonly position: Position;
  readonly document?: Row;
};

/**
 * A model's checkpoint is in its collection, so that a rename replaces documents and checkpoint in one step. `copy`
 * distinguishes the collections that follow each other under one name.
 */
export type Marker = { readonly _id: 0; readonly copy: string; readonly checkpoint: Position | null };

/** Ids of documents are strings. */
export const MARKER_ID = 0;

export const liveName = (model: string): string => `models.${model}`;
/** Names of models have no dots. */
export const copyName = (model: string): string => `models.${model}.rebuild`;

/** The model that a collection holds, live or as a copy; `null` when it holds none. */
export function modelIn(
  collection: string,
): { readonly name: string; readonly of: 'model' | 'copy'; readonly collection: string } | null {
  const [, name, copy] = /^models\.([^.]+)(\.rebuild)?$/.exec(collection) ?? [];
  return name === undefined ? null : { name, of: copy === undefined ? 'model' : 'copy', collection };
}

export const storedIn = <Row extends Document = Document>(db: Db, collection: string): Collection<Stored<Row>> =>
  db.collection<Stored<Row>>(collection);
export const markersIn = (db: Db, collection: string): Collection<Marker> => db.collection<Marker>(collection);

/** The entries of a collection other than documents: the checkpoint, and positions of deleted documents. */
export const IS_DOCUMENT = { document: { $exists: true } } as const;

/** Path of a field of the stored document. */
export const path = (field: string): string => (field === 'id' ? '_id' : `document.${field}`);

export class NotPrepared extends Error {
  constructor({ name }: ModelDefinition) {
    super(`Read model ${name} was not prepared`);
    this.name = 'NotPrepared';
  }
}
