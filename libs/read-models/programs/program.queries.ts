import { Injectable } from '@nestjs/common';
import { ReadModelStore, type Page } from '@app/eventing';
import { programsProjection, type ProgramRow } from './programs.projection.js';

const BATCH = 200;

@Injectable()
export class ProgramQueries {
  constructor(private readonly readModels: ReadModelStore) {}

  /** Ids of all programs, for background work; nobody's request may see more than one program. */
  async *ids(): AsyncIterable<string> {
    for await (const { document } of this.readModels.scan(programsProjection, 'live')) yield document.id;
  }

  /** Programs of which something may not be sent at present. */
  async held(): Promise<readonly ProgramRow[]> {
    const rows: ProgramRow[] = [];
    for (let after: string | undefined; ; ) {
      const { documents, next } = (await this.readModels.page(programsProjection, { index: 'held', equals: { isHeld: true }, order: 'asc', after, limit: BATCH })) as Page<ProgramRow>;
      rows.push(...documents);
      if (next === null) return rows;
      after = next;
    }
  }
}
