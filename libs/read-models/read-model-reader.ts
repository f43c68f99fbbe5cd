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

  async get<Row extends Document>(model: ModelDefinition<Row>, ids: readonly string[]): Promise<readonly Row[]> {
    await reachWanted(model);
    return this.store.get(model, ids);
  }

  /** The document of this id; `null` if there is none, or if it belongs to another program. */
  async ofProgram<Row extends Document & { readonly programId: string }>(
    model: ModelDefinition<Row>,
    programId: string,
    id: string,
  ): Promise<Row | null> {
    const [row] = await this.get(model, [id]);
    return row?.programId === programId ? row : null;
  }

  /** @throws InvalidCursor */
  async page<Row extends Document>(model: ModelDefinition<Row>, request: PageRequest): Promise<Page<Row>> {
    await reachWanted(model);
    return this.store.page(model, request);
  }

  /** All documents of a list that stays short. */
  async all<Row extends Document>(
    model: ModelDefinition<Row>,
    request: Omit<PageRequest, 'after' | 'limit'>,
  ): Promise<readonly Row[]> {
    await reachWanted(model);
    return allPages(this.store, model, request);
  }

  async search<Row extends Document>(
    model: ModelDefinition<Row>,
    prefix: string,
    limit: number,
  ): Promise<readonly Row[]> {
    await reachWanted(model);
    return this.store.search(model, prefix, limit);
  }
}
