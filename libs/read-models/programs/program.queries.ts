import { Injectable } from '@nestjs/common';
import { allPages, isUnreadable, ReadModelStore } from '@app/eventing';
import { programsProjection, type ProgramRow } from './programs.projection.js';

@Injectable()
export class ProgramQueries {
  constructor(private readonly readModels: ReadModelStore) {}

  /** Ids of all programs, for background work; a request must never see more than one program. */
  async *ids(): AsyncIterable<string> {
    for await (const { document } of this.readModels.scan(programsProjection, 'live'))
      if (!isUnreadable(document)) yield document.id;
  }

  /** Programs with a hold. */
  held(): Promise<readonly ProgramRow[]> {
    return allPages(this.readModels, programsProjection, {
      programId: null,
      index: 'held',
      equals: { isHeld: true },
      order: 'asc',
    });
  }
}
