import { Injectable } from '@nestjs/common';
import type { Page } from '@app/eventing';
import { permissionsOf, type Permission } from '@app/kernel';
import { ReadModelReader } from '../read-model-reader.js';
import { membersProjection, type MemberRow } from './members.projection.js';

export type MemberView = Required<
  Pick<MemberRow, 'userId' | 'name' | 'email' | 'role' | 'given' | 'withdrawn' | 'revision'>
> & {
  /** Those in force. */
  readonly permissions: readonly Permission[];
};

@Injectable()
export class MemberQueries {
  constructor(private readonly readModels: ReadModelReader) {}

  /** The program's staff. */
  all(programId: string): Promise<readonly MemberRow[]> {
    return this.readModels.all(membersProjection, staffOf(programId));
  }

  /** The program's staff, in pages. @throws InvalidCursor */
  async page(programId: string, after: string | undefined, limit: number): Promise<Page<MemberView>> {
    const { documents, ...page } = await this.readModels.page(membersProjection, {
      ...staffOf(programId),
      after,
      limit,
    });
    return { documents: documents.map(view), ...page };
  }

  /** `null` unless it is a current member. */
  async one(programId: string, memberId: string): Promise<MemberView | null> {
    const row = await this.readModels.one(membersProjection, programId, memberId);
    return row && !row.isRemoved ? view(row) : null;
  }
}

const staffOf = (programId: string) =>
  ({ programId, index: 'program', equals: { programId, isRemoved: false }, order: 'asc' }) as const;

const view = (row: MemberRow): MemberView => {
  const { userId, name, email, role, given = [], withdrawn = [], revision } = row;
  return { userId, name, email, role, permissions: permissionsOf(row), given, withdrawn, revision };
};
