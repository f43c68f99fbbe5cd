import { Injectable } from '@nestjs/common';
import { allPages, ReadModelStore } from '@app/eventing';
import { membersProjection, type MemberRow } from './members.projection.js';

@Injectable()
export class MemberQueries {
  constructor(private readonly readModels: ReadModelStore) {}

  /** The program's staff. */
  all(programId: string): Promise<readonly MemberRow[]> {
    return allPages(this.readModels, membersProjection, {
      programId,
      index: 'program',
      equals: { programId, isRemoved: false },
      order: 'asc',
    });
  }
}
