import { Injectable } from '@nestjs/common';
import { ReadModelStore, type Page } from '@app/eventing';
import { parkedProjection, type ParkedRow } from './parked.projection.js';

const BATCH = 200;

@Injectable()
export class ParkedQueries {
  constructor(private readonly readModels: ReadModelStore) {}

  /** Keys that something waits of, oldest first. */
  async all(): Promise<readonly ParkedRow[]> {
    const rows: ParkedRow[] = [];
    for (let after: string | undefined; ; ) {
      const { documents, next } = (await this.readModels.page(parkedProjection, { index: 'waiting', equals: { isWaiting: true }, order: 'asc', after, limit: BATCH })) as Page<ParkedRow>;
      rows.push(...documents);
      if (next === null) return rows;
      after = next;
    }
  }
}
