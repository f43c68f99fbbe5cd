import { Field, ID, InputType, IntersectionType } from '@nestjs/graphql';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsUUID, Matches } from 'class-validator';
import type { BulkAction } from '@app/domain/bulk';
import type { FolderChoice } from '@app/read-models';
import { folderChoices } from '../conversations/conversations.view.js';
import { CommandInput } from '../http/command-input.dto.js';
import { Optional } from '../http/validators.js';

/** Either `ids`, or `position` with `view` and `folder`: all conversations of that list. */
@InputType({ isAbstract: true })
export class BulkDto {
  /** `archive` or `unarchive`. */
  @Field(() => String) @IsIn(['archive', 'unarchive']) readonly action!: BulkAction;
  /** Conversations; the response has the result of each. */
  @Field(() => [ID])
  @Optional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  readonly ids?: string[];
  /**
   * The `cursor` of the list. Conversations with activity after it, which you have not seen, are left alone. The
   * response has the id of a job in the background.
   */
  @Optional() @Matches(/^[\w-]{1,64}$/) readonly position?: string;
  /** As for the list of conversations. */
  @Field(() => String)
  @Optional()
  @IsIn(['all', 'mine'])
  readonly view?: 'all' | 'mine';
  @Field(() => String)
  @Optional()
  @IsIn(folderChoices)
  readonly folder?: FolderChoice;
}
@InputType()
export class BulkInput extends IntersectionType(BulkDto, CommandInput) {}
