import { ArgsType, Field, ID, Int } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { AsNumber, Optional } from './validators.js';

/** The parameters of every query. */
@ArgsType()
export class FreshDto {
  /** Waits until the response includes this position, which a command returned. */
  @Optional() @Matches(/^[\w-]{1,64}$/) readonly position?: string;
}

/** The parameters of every REST list. */
export class PageDto extends FreshDto {
  /** Cursor of another page: its `next` or `previous`. */
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

/** The arguments of every GraphQL connection. The cost of a query is computed from `first`. */
@ArgsType()
export class ConnectionArgs extends FreshDto {
  /** Cursor of another page: its `endCursor` or, for the page before it, its `startCursor`. */
  @Optional() @IsString() @MaxLength(500) readonly after?: string;
  /** Rows in the page. */
  @Field(() => Int, { defaultValue: 50 }) @IsInt() @Min(1) @Max(200) readonly first: number = 50;
}

/** The arguments of a GraphQL query for one resource. */
@ArgsType()
export class OneArgs extends FreshDto {
  @Field(() => ID) @IsString() readonly id!: string;
}
