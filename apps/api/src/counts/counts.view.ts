import { ObjectType } from '@nestjs/graphql';
import type { Counts, FolderCounts } from '@app/read-models';
import { Nullable } from '../http/view-fields.js';

@ObjectType('FolderCounts')
export class FolderCountsDto implements FolderCounts {
  readonly unread!: number;
  readonly read!: number;
  readonly replied!: number;
  readonly archived!: number;
  readonly snoozed!: number;
  /** Unread, Read and Replied together. */
  readonly inbox!: number;
  readonly all!: number;
}

/** How many conversations there are in each folder. */
@ObjectType('Counts')
export class CountsDto implements Counts {
  /** Of all conversations. */
  readonly all!: FolderCountsDto;
  /** Of yours: assigned to you, started by you, or with a message of yours. */
  readonly mine!: FolderCountsDto;
  /** Position at which they were read: they count everything up to there; later changes may be counted. */
  @Nullable() readonly cursor!: string | null;
}
