import {
  indexedFields,
  indexFields,
  isDeleted,
  keyOf,
  listIndexes,
  listValues,
  toPage,
  type Document,
  type DocumentKey,
  type DocumentWrite,
  type ModelDefinition,
  type Page,
  type PageRequest,
  type StoredDocument,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import { column, quote, termsOf, toColumn } from './model-columns.js';
import { pageQuery } from './page-query.js';
import type { Database } from './sqlite.js';

type DocRow = { readonly doc: string };
type StoredRow = DocRow & { readonly position: Position };
type VersionRow = DocumentKey & { readonly doc: string | null; readonly position: Position };

/** Sorts after every character that can continue a term. */
const LAST_CHARACTER = '\u{10FFFF}';

/** Number of documents whose terms are filled in at once. */
const TERMS_STEP = 5_000;

/**
 * The documents of one generation of a read model: a column for each indexed field, search terms in a separate table. A
 * deleted document leaves its key and position.
 */
export class ModelTable {
  readonly name: string;
  readonly #terms: string;
  /** A row for each text of a document's list, with the indexed fields, if an index needs it. */
  readonly #entries: string;
  readonly #entryIndexes: readonly string[];
  readonly #fields: readonly string[];
  readonly #upsert: string;

  constructor(
    private readonly db: Database,
    private readonly model: ModelDefinition,
    generation: number,
  ) {
    this.name = `${model.name}:${generation}`;
    this.#terms = `${this.name}:terms`;
    this.#entries = `${this.name}:entries`;
    this.#entryIndexes = listIndexes(model);
    this.#fields = indexedFields(model);
    const columns = ['id', 'program', 'position', 'doc', ...this.#fields.map(column)];
    this.#upsert = `INSERT INTO ${quote(this.name)} (${columns.join(', ')})
      VALUES (${columns.map(() => '?').join(', ')})
      ON CONFLICT (program, id) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
      WHERE excluded.position > position`;
  }

  /** The tables without indexes; `completion` makes them ready for readers. */
  create(): void {
    // Columns without a type keep numbers and texts apart and unchanged.
    const columns = this.#fields.map((field) => `, ${column(field)}`);
    this.db.exec(`
      CREATE TABLE ${quote(this.name)} (id TEXT NOT NULL, program TEXT NOT NULL, position TEXT NOT NULL, doc TEXT${columns.join('')},
        PRIMARY KEY (program, id));
      CREATE TABLE ${quote(this.#terms)} (program TEXT NOT NULL, term TEXT NOT NULL, id TEXT NOT NULL);`);
    const { listField } = this.model;
    if (this.#entryIndexes.length > 0 && listField !== undefined)
      this.db.exec(`
        CREATE TABLE ${quote(this.#entries)} (program TEXT NOT NULL, id TEXT NOT NULL, ${column(listField)}${columns.join('')},
          PRIMARY KEY (program, id, ${column(listField)})) WITHOUT ROWID`);
  }

  /** The remaining work before reading is allowed, in steps, since each blocks the event loop. */
  *completion(): Generator<void> {
    if (this.model.searchTerms !== undefined) yield* this.#fillTerms(this.model.searchTerms);
    yield this.db.exec(`CREATE INDEX ${quote(`${this.#terms}:index`)} ON ${quote(this.#terms)} (program, term, id)`);
    for (const index of Object.keys(this.model.indexes)) {
      const columns = indexFields(this.model, index).map(column).join(', ');
      const table = this.#entryIndexes.includes(index) ? this.#entries : this.name;
      yield this.db.exec(`CREATE INDEX ${quote(`${this.name}:by:${index}`)} ON ${quote(table)} (${columns})`);
    }
  }

  drop(): void {
    for (const table of [this.name, this.#terms, this.#entries]) this.db.exec(`DROP TABLE IF EXISTS ${quote(table)}`);
  }

  /** Writes or deletes a document that is newer than the stored one, with its terms. */
  write(write: DocumentWrite): void {
    if (this.model.searchTerms === undefined) {
      this.fill(write);
      return;
    }
    const { programId, id } = keyOf(write);
    const [stored] = this.get(programId, [id]);
    if (!this.fill(write)) return;
    const before = stored ? termsOf(this.model, stored) : new Set<string>();
    const after = isDeleted(write) ? new Set<string>() : termsOf(this.model, write.document);
    for (const term of before) {
      if (!after.has(term))
        this.db.run(`DELETE FROM ${quote(this.#terms)} WHERE program = ? AND term = ? AND id = ?`, programId, term, id);
    }
    for (const term of after) {
      if (!before.has(term)) this.db.run(`INSERT INTO ${quote(this.#terms)} VALUES (?, ?, ?)`, programId, term, id);
    }
  }

  /** Writes or deletes a document that is newer than the stored one, without its terms; returns whether it was. */
  fill(write: DocumentWrite): boolean {
    const { programId, id } = keyOf(write);
    const document = isDeleted(write) ? null : write.document;
    const fields = this.#fields.map((field) => document && toColumn(document[field], field));
    const text = document && JSON.stringify(document);
    const isWritten = this.db.run(this.#upsert, id, programId, write.position, text, ...fields) > 0;
    if (isWritten && this.#entryIndexes.length > 0) {
      this.db.run(`DELETE FROM ${quote(this.#entries)} WHERE program = ? AND id = ?`, programId, id);
      const insert = `INSERT INTO ${quote(this.#entries)} VALUES (${['?', '?', '?', ...fields.map(() => '?')].join(', ')})`;
      for (const value of document ? listValues(this.model, document) : [])
        this.db.run(insert, programId, id, value, ...fields);
    }
    return isWritten;
  }

  get<Row extends Document>(programId: string, ids: readonly string[]): Row[] {
    const sql = `SELECT doc FROM ${quote(this.name)}
      WHERE program = ? AND id IN (SELECT value FROM json_each(?)) AND doc IS NOT NULL`;
    return this.db.all<DocRow>(sql, programId, JSON.stringify(ids)).map(toDocument<Row>);
  }

  versions<Row extends Document>(keys: readonly DocumentKey[]): DocumentWrite<Row>[] {
    const sql = `SELECT documents.program AS programId, documents.id, doc, position
      FROM json_each(?) AS keys CROSS JOIN ${quote(this.name)} AS documents
      ON documents.id = keys.value ->> 1 AND documents.program = keys.value ->> 0`;
    return this.db
      .all<VersionRow>(sql, JSON.stringify(keys.map(({ programId, id }) => [programId, id])))
      .map(({ programId, id, doc, position }) =>
        doc === null ? { deleted: { programId, id }, position } : { document: toDocument<Row>({ doc }), position },
      );
  }

  page<Row extends Document>(request: PageRequest): Page<Row> {
    const from = this.#entryIndexes.includes(request.index) ? entriesOf(this.name) : quote(this.name);
    const { sql, values, page } = pageQuery(this.model, from, request);
    return toPage(page, this.db.all<DocRow>(sql, ...values).map(toDocument<Row>), request.limit);
  }

  search<Row extends Document>(
    { programId, prefix }: { readonly programId: string; readonly prefix: string },
    limit: number,
  ): Row[] {
    return this.db
      .all<DocRow>(
        `SELECT doc FROM ${quote(this.name)} WHERE program = ? AND id IN (
           SELECT DISTINCT id FROM ${quote(this.#terms)} WHERE program = ? AND term >= ? AND term < ? LIMIT ?)`,
        programId,
        programId,
        prefix,
        prefix + LAST_CHARACTER,
        limit,
      )
      .map(toDocument<Row>);
  }

  /** The next documents in order of program and id. */
  scan(after: DocumentKey, limit: number): StoredDocument[] {
    const sql = `SELECT doc, position FROM ${quote(this.name)}
      WHERE (program, id) > (?, ?) AND doc IS NOT NULL ORDER BY program, id LIMIT ?`;
    const rows = this.db.all<StoredRow>(sql, after.programId, after.id, limit);
    return rows.map((row) => ({ document: toDocument(row), position: row.position }));
  }

  *#fillTerms(field: string): Generator<void> {
    const { last } = this.db.first<{ last: number }>(`SELECT coalesce(max(rowid), 0) AS last FROM ${quote(this.name)}`);
    for (let row = 0; row < last; row += TERMS_STEP) {
      this.db.run(
        `INSERT INTO ${quote(this.#terms)} SELECT DISTINCT documents.program, terms.value, documents.id
         FROM ${quote(this.name)} AS documents, json_each(doc, ?) AS terms
         WHERE documents.rowid > ? AND documents.rowid <= ? AND terms.type = 'text'`,
        `$."${field}"`,
        row,
        row + TERMS_STEP,
      );
      yield;
    }
  }
}

/** The entries of lists with the documents, as a table; only the documents of the rows that are read are looked up. */
export const entriesOf = (table: string): string =>
  `(SELECT entries.*, (SELECT doc FROM ${quote(table)} AS documents
    WHERE documents.program = entries.program AND documents.id = entries.id) AS doc
    FROM ${quote(`${table}:entries`)} AS entries)`;

/** A stored row of the model has the model's row type. */
const toDocument = <Row extends Document>({ doc }: DocRow): Row => JSON.parse(doc) as Row;
