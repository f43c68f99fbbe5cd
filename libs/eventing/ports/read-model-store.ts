import { DomainError, type JsonObject, type Position } from '@app/kernel';

/** Belongs to one program, and its id is unique within it. */
export type Document = JsonObject & DocumentKey;

export type DocumentKey = { readonly id: string; readonly programId: string };

const COUNTER = 'counter ';
/** Id of a document that holds totals of the other documents of its model. No other id begins like this. */
export const counterId = (name: string): string => COUNTER + name;
export const isCounter = ({ id }: DocumentKey): boolean => id.startsWith(COUNTER);

export type FieldValue = string | number | boolean | null;

/** The definition of a read model for the store: the indexed fields, and the indexes by name. */
export type ModelDefinition<Row extends Document = Document> = {
  readonly name: string;
  /** Carries the type of the documents; never set. */
  readonly row?: Row;
  /**
   * Index name to top-level fields of the document. A page gives the first fields by `equals`, may bound the next one
   * by `range`, and is ordered by the rest, then by the document id. An indexed field holds text, numbers or booleans,
   * of one type in all documents, or null, which comes first.
   */
  readonly indexes: Readonly<Record<string, readonly (keyof Row & string)[]>>;
  /**
   * Name of a top-level field that holds a list of texts. An index with it finds a document under each text of its list;
   * a page of such an index gives the text by `equals`.
   */
  readonly listField?: keyof Row & string;
  /** Name of a top-level field that holds the lower-case search terms (string[]) of a document. */
  readonly searchTerms?: keyof Row & string;
};

/** A document and the position of the last event in it. */
export type StoredDocument<Row extends Document = Document> = { readonly document: Row; readonly position: Position };

/**
 * Key of a deleted document, and the position of the event that deleted it, which keeps an older event from creating it
 * again.
 */
export type DeletedDocument = { readonly deleted: DocumentKey; readonly position: Position };

export type DocumentWrite<Row extends Document = Document> = StoredDocument<Row> | DeletedDocument;

export const isDeleted = (write: DocumentWrite): write is DeletedDocument => 'deleted' in write;
export const keyOf = (write: DocumentWrite): DocumentKey => (isDeleted(write) ? write.deleted : write.document);
/** The key as text, for maps. */
export const keyText = ({ programId, id }: DocumentKey): string => `${programId} ${id}`;

export type PageRequest = {
  /** `null`: of every program, for background work; in a sharded engine this asks all shards. */
  readonly programId: string | null;
  readonly index: string;
  readonly equals: Readonly<Record<string, FieldValue>>;
  /** Bounds of the field that follows those given by `equals`; documents outside them are not read. */
  readonly range?: { readonly above?: FieldValue; readonly upTo?: FieldValue };
  readonly order: 'asc' | 'desc';
  /** Cursor of another page, its `next` or `previous`; opaque. */
  readonly after?: string | undefined;
  readonly limit: number;
};

/** `next` and `previous`: cursors of the pages after and before this one; `null` when there is none. */
export type Page<D = Document> = {
  readonly documents: readonly D[];
  readonly next: string | null;
  readonly previous: string | null;
};

/** `name` is that of a part; by default the model's. */
export type CheckpointMove = { readonly name?: string; readonly from: Position | null; readonly to: Position };

/** Read models and checkpoints. Documents are guarded by position, so writes are idempotent. */
export abstract class ReadModelStore {
  /** Creates the tables or collections and indexes of the model; safe to repeat. */
  abstract prepare(model: ModelDefinition): Promise<void>;

  /**
   * Writes or deletes each document whose position is beyond the stored one, then moves the checkpoint of the model or
   * of one of its parts. An engine without transactions stores the counters durably before the other documents: what a
   * document shows is then counted already.
   * @throws CheckpointMoved when the checkpoint is not at `from`: another worker owns the model. Nothing was written;
   * only if an engine has no transactions and the checkpoint moved meanwhile, correct documents may have been written
   */
  abstract write(model: ModelDefinition, writes: readonly DocumentWrite[], checkpoint: CheckpointMove): Promise<void>;

  /** Documents of a program by id; missing ones are left out. Order is not kept. */
  abstract get<Row extends Document>(
    model: ModelDefinition<Row>,
    programId: string,
    ids: readonly string[],
  ): Promise<readonly Row[]>;

  /**
   * The last write to each of these documents, including deletions; documents that never existed are left out. Order is
   * not kept.
   */
  abstract versions<Row extends Document>(
    model: ModelDefinition<Row>,
    keys: readonly DocumentKey[],
  ): Promise<readonly DocumentWrite<Row>[]>;

  /** One keyset page; the cost does not grow with depth. @throws InvalidCursor */
  abstract page<Row extends Document>(model: ModelDefinition<Row>, request: PageRequest): Promise<Page<Row>>;

  /** Documents of a program with a term that starts with this prefix, at most `limit`, each once. */
  abstract search<Row extends Document>(
    model: ModelDefinition<Row>,
    search: { readonly programId: string; readonly prefix: string },
    limit: number,
  ): Promise<readonly Row[]>;

  /** Starts an empty copy of the model beside the live one, dropping an unfinished one. */
  abstract beginRebuild(model: ModelDefinition): Promise<void>;
  abstract fillRebuild(model: ModelDefinition, writes: readonly DocumentWrite[]): Promise<void>;
  /**
   * Replaces the live one and the checkpoints of its parts with the copy in one step; `null` is the checkpoint of an
   * empty event store.
   */
  abstract swapRebuild(model: ModelDefinition, checkpoint: Position | null): Promise<void>;
  /** Drops the copy. */
  abstract dropRebuild(model: ModelDefinition): Promise<void>;
  /** All documents in order of program and id, of the live model or of the copy, for comparing. */
  abstract scan(model: ModelDefinition, which: 'live' | 'rebuild'): AsyncIterable<StoredDocument>;
}

/** A checkpoint and its owner: a follower, a live read model, or a copy that is being built. */
export type StoredCheckpoint = {
  readonly name: string;
  readonly of: 'follower' | 'model' | 'copy';
  readonly checkpoint: Position;
};

/** Positions are digits. Leases, and times up to which another source was read, contain other characters. */
export const isPosition = ({ checkpoint }: StoredCheckpoint): boolean => /^\d+$/.test(checkpoint);

/**
 * The position each follower has reached, or each of its parts. A read model's checkpoint has the model's name. Leases, and times up to which
 * another source was read, are stored here too, since they are moved in the same way.
 */
export abstract class Checkpoints {
  /** Last position whose effects are durable, for a follower that starts; `null` at the beginning. */
  abstract get(name: string): Promise<Position | null>;
  /** A position that it has reached, for readers; another process may have passed more meanwhile. */
  abstract reached(name: string): Promise<Position | null>;
  /** All checkpoints, or only those of followers whose name starts with this; those at the beginning are left out. */
  abstract all(prefix?: string): Promise<readonly StoredCheckpoint[]>;
  /** Compare-and-set; `null` resets to the beginning. @throws CheckpointMoved */
  abstract set(name: string, from: Position | null, to: Position | null): Promise<void>;
  /**
   * Moves the checkpoint of a follower that had nothing to do. Waiters of this process know at once; it is stored
   * together with others a little later, so a kill loses it, which is harmless. Later calls give this position as
   * `from`, and reject with `CheckpointMoved` when another worker has moved it.
   * @param onLost called when it turns out that another worker has moved it, since there may be no later call for long
   */
  abstract pass(name: string, from: Position | null, to: Position, onLost?: () => void): void;
  /** Resolves true once the checkpoint is at or beyond the position, false when the time (ms) is over. */
  abstract waitFor(name: string, position: Position, timeoutMs: number): Promise<boolean>;
}

export class CheckpointMoved extends Error {
  constructor(readonly checkpoint: string) {
    super(`Checkpoint ${checkpoint} was moved by another worker`);
    this.name = 'CheckpointMoved';
  }
}

export class InvalidCursor extends DomainError {
  readonly code = 'InvalidCursor';
  override readonly kind = 'invalid';
  override readonly field = 'after';
  constructor() {
    super('The cursor belongs to another list: use `next` or `previous` of another page of this list');
  }
}
