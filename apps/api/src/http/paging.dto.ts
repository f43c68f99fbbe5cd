import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { AsNumber } from './validators.js';

/** What every query takes. */
export class FreshDto {
  /** Waits until the answer includes this position, as a command answered with it. */
  @IsOptional() @Matches(/^[\w-]{1,64}$/) readonly position?: string;
}

/** What every list takes. */
export class PageDto extends FreshDto {
  /** Cursor of the page before: its `next`. */
  @IsOptional() @IsString() @MaxLength(500) readonly after?: string;
  /** Rows in the page. */
  @ApiProperty({ required: false })
  @IsOptional()
  @AsNumber()
  @IsInt()
  @Min(1)
  @Max(200)
  readonly limit: number = 50;
}
