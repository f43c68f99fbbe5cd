import { Injectable } from '@nestjs/common';
import {
  ReadModelStore,
  allPages,
  type Document,
  type ModelDefinition,
  type Page,
  type PageRequest,
} from '@app/eventing';
import { reachWanted } from './freshness.js';

/** Reads documents for the queries of people: within {@link Freshness.at} each read first waits for its read model. */
@Injectable()
export class ReadModelReader {
  constructor(private readonly store: ReadModelStore) {}

  async get<Row extends Document>(
    model: ModelDefinition<Row>,
    programId: string,
    ids: readonly string[],
  ): Promise<readonly Row[]> {
    await reachWanted(model, programId);
    return this.store.get(model, programId, ids);
  }

  /** The document of this id; `null` if the program has none. */
  async one<Row extends Document>(model: ModelDefinition<Row>, programId: string, id: string): Promise<Row | null> {
    const [row] = await this.get(model, programId, [id]);
    return row ?? null;
  }

  /** @throws InvalidCursor */
  async page<Row extends Document>(model: ModelDefinition<Row>, request: PageRequest): Promise<Page<Row>> {
    await reachWanted(model, request.programId);
    return this.store.page(model, request);
  }

  /** All documents of a list that stays short. */
  async all<Row extends Document>(
    model: ModelDefinition<Row>,
    request: Omit<PageRequest, 'after' | 'limit'>,
  ): Promise<readonly Row[]> {
    await reachWanted(model, request.programId);
    return allPages(this.store, model, request);
  }

  async search<Row extends Document>(
    model: ModelDefinition<Row>,
    search: { readonly programId: string; readonly prefix: string },
    limit: number,
  ): Promise<readonly Row[]> {
    await reachWanted(model, search.programId);
    return this.store.search(model, search, limit);
  }
}
