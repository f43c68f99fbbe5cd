import { ApiProperty } from '@nestjs/swagger';
import type { FieldProblem, Problem } from '@app/platform';

export class FieldProblemDto implements FieldProblem {
  readonly field!: string;
  readonly rule!: string;
  readonly message!: string;
}

/** A problem document (RFC 9457). */
export class ProblemDto implements Problem {
  readonly type!: string;
  readonly title!: string;
  readonly status!: number;
  /** Stable; what a client may rely on. */
  readonly code!: string;
  readonly detail!: string;
  /** What to mend. */
  readonly field?: string;
  /** The rule that was broken. */
  readonly rule?: string;
  /** Every field that is not valid. */
  @ApiProperty({ type: [FieldProblemDto], required: false }) readonly errors?: readonly FieldProblemDto[];
  readonly correlationId?: string;
}
