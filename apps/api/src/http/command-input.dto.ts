import { InputType } from '@nestjs/graphql';
import { Matches } from 'class-validator';
import { Optional } from './validators.js';

/** The fields of every GraphQL command besides the REST body. */
@InputType({ isAbstract: true })
export class CommandInput {
  /** The same key is the same command and gets the first response; it is valid for 24 hours. */
  @Optional() @Matches(/^[\x21-\x7e]{1,200}$/) readonly idempotencyKey?: string;
}
