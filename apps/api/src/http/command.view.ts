import { ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { CommandResponse } from './command-response.js';

@ObjectType({ isAbstract: true })
export class CommandDto implements CommandResponse {
  /** Revision of the resource, for `If-Match`. */
  readonly revision!: number;
  /** A query may wait for this position to see the command's effect. */
  @ApiProperty({ nullable: true, type: String }) readonly position!: string | null;
}
