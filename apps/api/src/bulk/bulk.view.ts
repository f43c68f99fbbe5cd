import { ObjectType } from '@nestjs/graphql';
import type { BulkAction, BulkResult } from '@app/domain/bulk';
import type { BulkView } from '@app/read-models';
import { connectionOf, pageOf } from '../http/page.view.js';
import { ListOf, Nullable, OneOf } from '../http/view-fields.js';

@ObjectType('BulkResult')
export class BulkResultDto implements BulkResult {
  readonly conversationId!: string;
  /** `unchanged`: it was like that before; `refused`: `code` is the rule. */
  @OneOf(['done', 'unchanged', 'refused']) readonly outcome!: BulkResult['outcome'];
  @Nullable() readonly code!: string | null;
}
export class BulkResultsDto extends pageOf(BulkResultDto) {}
export const BulkResultConnection = connectionOf('BulkResult', BulkResultDto);

@ObjectType('BulkPayload')
export class BulkPayload {
  /** The job in the background that handles the conversations of a list; null when they were given by ids. */
  @Nullable() readonly jobId!: string | null;
  /** The result of each conversation that was given by its id. */
  @ListOf(BulkResultDto) readonly results!: BulkResultDto[];
  /** A query may wait for this position to see the effect, or the job. */
  @Nullable() readonly position!: string | null;
}

/** A bulk action in the background. */
@ObjectType('BulkJob')
export class BulkJobDto implements BulkView {
  readonly id!: string;
  @OneOf(['archive', 'unarchive']) readonly action!: BulkAction;
  /** User id of who started it. */
  readonly by!: string;
  @OneOf(['running', 'finished']) readonly state!: BulkView['state'];
  readonly done!: number;
  readonly unchanged!: number;
  readonly refused!: number;
  readonly startedAt!: string;
  @Nullable() readonly finishedAt!: string | null;
}
