import { InputType } from '@nestjs/graphql';
import { Matches } from 'class-validator';
import { Optional } from './validators.js';

/** What every command of GraphQL takes besides the body that REST takes. */
@InputType({ isAbstract: true })
export class CommandInput {
  /** The same key is the same command and gets the first answer; it counts for 24 hours. */
  @Optional() @Matches(/^[\x21-\x7e]{1,200}$/) readonly idempotencyKey?: string;
}
