import { Injectable } from '@nestjs/common';
import { ReadModelStore, type Page } from '@app/eventing';
import { membersProjection, type MemberRow } from './members.projection.js';

const BATCH = 200;

@Injectable()
export class MemberQueries {
  constructor(private readonly readModels: ReadModelStore) {}

  /** The program's staff. */
  async all(programId: string): Promise<readonly MemberRow[]> {
    const members: MemberRow[] = [];
    for (let after: string | undefined; ; ) {
      const { documents, next } = (await this.readModels.page(membersProjection, { index: 'program', equals: { programId }, order: 'asc', after, limit: BATCH })) as Page<MemberRow>;
      members.push(...documents);
      if (next === null) return members;
      after = next;
    }
  }
}
