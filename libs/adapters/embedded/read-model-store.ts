import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  checkNames,
  keyOf,
  keyText,
  ReadModelStore,
  type CheckpointMove,
  type Document,
  type DocumentKey,
  type DocumentWrite,
  type ModelDefinition,
  type Page,
  type PageRequest,
  type Partitions,
  type StoredDocument,
} from '@app/eventing';
import type { Position } from '@app/kernel';
import type { EmbeddedCheckpoints } from './checkpoints.js';
import type { GroupedWrites } from './grouped-writes.js';
import { ModelTable } from './model-table.js';
import type { Database } from './sqlite.js';

type ModelRow = { readonly live: number; readonly rebuild: number | null; readonly definition: string };
type Tables = { readonly live: ModelTable; readonly rebuild: ModelTable | null };

const SCAN = 500;
const SELECT_MODEL = 'SELECT live, rebuild, definition FROM models WHERE name = ?';

/** Read models, with a separate table for each generation; a rebuild is the next generation. */
export class EmbeddedReadModelStore extends ReadModelStore {
  readonly #tables = new Map<string, Tables>();

  constructor(
    private readonly db: Database,
    private readonly checkpoints: EmbeddedCheckpoints,
    private readonly grouped: GroupedWrites,
    private readonly partitions: Partitions,
  ) {
    super();
    db.exec(`CREATE TABLE IF NOT EXISTS models (
      name TEXT PRIMARY KEY, live INTEGER NOT NULL, rebuild INTEGER, definition TEXT NOT NULL) WITHOUT ROWID`);
  }

  async prepare(model: ModelDefinition): Promise<void> {
    checkNames(model);
    this.db.transaction(() => {
      const row = this.#row(model);
      if (row?.definition === definitionOf(model)) return;
      // The data can be replayed, so a changed definition starts over instead of being migrated.
      if (row) this.#dropTables(model, row);
      const live = (row?.rebuild ?? row?.live ?? 0) + 1;
      this.db.run('INSERT OR REPLACE INTO models VALUES (?, ?, NULL, ?)', model.name, live, definitionOf(model));
      this.checkpoints.replace(model.name, this.#checkpointsOf(model), null);
      const table = new ModelTable(this.db, model, live);
      table.create();
      Array.from(table.completion());
    });
    this.#load(model);
  }

  async write(
    model: ModelDefinition,
    writes: readonly DocumentWrite[],
    { name = model.name, from, to }: CheckpointMove,
  ): Promise<void> {
    const stored = await this.checkpoints.settle(name, from);
    await this.grouped.add(() => {
      this.checkpoints.move(name, stored, to);
      const { live } = this.#prepared(model);
      for (const write of writes) live.write(write);
    });
    this.checkpoints.moved(name, to);
  }

  async get<Row extends Document>(
    model: ModelDefinition<Row>,
    programId: string,
    ids: readonly string[],
  ): Promise<readonly Row[]> {
    return this.#prepared(model).live.get<Row>(programId, ids);
  }

  async versions<Row extends Document>(
    model: ModelDefinition<Row>,
    keys: readonly DocumentKey[],
  ): Promise<readonly DocumentWrite<Row>[]> {
    return this.#prepared(model).live.versions<Row>(keys);
  }

  async page<Row extends Document>(model: ModelDefinition<Row>, request: PageRequest): Promise<Page<Row>> {
    return this.#prepared(model).live.page<Row>(request);
  }

  async search<Row extends Document>(
    model: ModelDefinition<Row>,
    search: { readonly programId: string; readonly prefix: string },
    limit: number,
  ): Promise<readonly Row[]> {
    return this.#prepared(model).live.search<Row>(search, limit);
  }

  async beginRebuild(model: ModelDefinition): Promise<void> {
    const unfinished = this.#prepared(model).rebuild;
    this.db.transaction(() => {
      unfinished?.drop();
      const { live, rebuild } = this.db.first<ModelRow>(SELECT_MODEL, model.name);
      const next = (rebuild ?? live) + 1;
      this.db.run('UPDATE models SET rebuild = ? WHERE name = ?', next, model.name);
      new ModelTable(this.db, model, next).create();
    });
    this.#load(model);
  }

  async fillRebuild(model: ModelDefinition, writes: readonly DocumentWrite[]): Promise<void> {
    const rebuild = this.#rebuild(model);
    // Sorted by key, so that the index of keys grows at its end.
    const sorted = writes.toSorted((a, b) => (keyText(keyOf(a)) < keyText(keyOf(b)) ? -1 : 1));
    this.db.transaction(() => {
      for (const write of sorted) rebuild.fill(write);
    });
  }

  async swapRebuild(model: ModelDefinition, checkpoint: Position | null): Promise<void> {
    // The copy is completed in steps that leave time for other work; only the swap is one step.
    const names = this.#checkpointsOf(model);
    const steps = this.#rebuild(model).completion();
    while (!steps.next().done) await nextTurn();
    this.db.transaction(() => {
      this.#prepared(model).live.drop();
      this.db.run('UPDATE models SET live = rebuild, rebuild = NULL WHERE name = ?', model.name);
      this.checkpoints.replace(model.name, names, checkpoint);
    });
    this.#load(model);
    if (checkpoint !== null) for (const name of names) this.checkpoints.moved(name, checkpoint);
  }

  async dropRebuild(model: ModelDefinition): Promise<void> {
    const { rebuild } = this.#prepared(model);
    this.db.transaction(() => {
      rebuild?.drop();
      this.db.run('UPDATE models SET rebuild = NULL WHERE name = ?', model.name);
    });
    this.#load(model);
  }

  async *scan(model: ModelDefinition, which: 'live' | 'rebuild'): AsyncIterable<StoredDocument> {
    const table = which === 'live' ? this.#prepared(model).live : this.#rebuild(model);
    let after: DocumentKey = { programId: '', id: '' };
    for (;;) {
      const writes = table.scan(after, SCAN);
      yield* writes;
      const last = writes.at(-1);
      if (!last || writes.length < SCAN) return;
      after = last.document;
      await nextTurn();
    }
  }

  #checkpointsOf({ name }: ModelDefinition): readonly string[] {
    return this.partitions.all.map((part) => part.nameOf(name));
  }

  #prepared(model: ModelDefinition): Tables {
    const tables = this.#tables.get(model.name);
    if (!tables) throw new Error(`Read model ${model.name} was not prepared`);
    return tables;
  }

  #rebuild(model: ModelDefinition): ModelTable {
    const { rebuild } = this.#prepared(model);
    if (!rebuild) throw new Error(`No rebuild of ${model.name} was begun`);
    return rebuild;
  }

  #row(model: ModelDefinition): ModelRow | undefined {
    return this.db.one<ModelRow>(SELECT_MODEL, model.name);
  }

  #load(model: ModelDefinition): void {
    const { live, rebuild } = this.db.first<ModelRow>(SELECT_MODEL, model.name);
    this.#tables.set(model.name, {
      live: new ModelTable(this.db, model, live),
      rebuild: rebuild === null ? null : new ModelTable(this.db, model, rebuild),
    });
  }

  #dropTables(model: ModelDefinition, { live, rebuild }: ModelRow): void {
    new ModelTable(this.db, model, live).drop();
    if (rebuild !== null) new ModelTable(this.db, model, rebuild).drop();
  }
}

/** Version of the table layout: tables of an earlier one start over, like a model with another definition. */
const LAYOUT = 3;

const definitionOf = ({ indexes, searchTerms }: ModelDefinition): string =>
  JSON.stringify([LAYOUT, Object.entries(indexes).sort(([a], [b]) => (a < b ? -1 : 1)), searchTerms ?? null]);
