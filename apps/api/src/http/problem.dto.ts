import { ApiProperty } from '@nestjs/swagger';
import type { FieldProblem, Problem } from '@app/platform';

export class FieldProblemDto implements FieldProblem {
  readonly field!: string;
  readonly rule!: string;
  readonly message!: string;
}

export class NewerMessageDto {
  readonly messageId!: string;
  readonly by!: string;
  readonly at!: string;
}

/** A problem document (RFC 9457). */
export class ProblemDto implements Problem {
  readonly type!: string;
  readonly title!: string;
  readonly status!: number;
  /** Stable: clients may rely on it. */
  readonly code!: string;
  readonly detail!: string;
  /** The field to correct. */
  readonly field?: string;
  /** The rule that was broken. */
  readonly rule?: string;
  /** Every field that is not valid. */
  @ApiProperty({ type: [FieldProblemDto], required: false }) readonly errors?: readonly FieldProblemDto[];
  /** With `ColleagueReplied`: the newer message, who sent it, and when. */
  readonly newer?: NewerMessageDto;
  readonly correlationId?: string;
}
