import { ArgsType, Field, ID, Int } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { AsNumber, Optional } from './validators.js';

/** What every query takes. */
@ArgsType()
export class FreshDto {
  /** Waits until the answer includes this position, as a command answered with it. */
  @Optional() @Matches(/^[\w-]{1,64}$/) readonly position?: string;
}

/** What every list of REST takes. */
export class PageDto extends FreshDto {
  /** Cursor of the page before: its `next`. */
  @Optional() @IsString() @MaxLength(500) readonly after?: string;
  /** Rows in the page. */
  @ApiProperty({ required: false })
  @Optional()
  @AsNumber()
  @IsInt()
  @Min(1)
  @Max(200)
  readonly limit: number = 50;
}

/** What every connection of GraphQL takes. The cost of a query is computed from `first`. */
@ArgsType()
export class ConnectionArgs extends FreshDto {
  /** Cursor of the page before: its `endCursor`. */
  @Optional() @IsString() @MaxLength(500) readonly after?: string;
  /** Rows in the page. */
  @Field(() => Int, { defaultValue: 50 }) @IsInt() @Min(1) @Max(200) readonly first: number = 50;
}

/** What a query of GraphQL for one thing takes. */
@ArgsType()
export class OneArgs extends FreshDto {
  @Field(() => ID) @IsString() readonly id!: string;
}
