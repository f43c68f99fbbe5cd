import { ArgsType, Field, InputType, Int } from '@nestjs/graphql';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Matches, Max, MaxLength, Min } from 'class-validator';
import type { Channel } from '@app/domain/conversation';
import type { FolderChoice } from '@app/read-models';
import { LONGEST_IN_APP } from '../conversations/conversations.dto.js';
import { IsCleanText } from '../http/validators.js';

/** An argument given as null is one that is not given. */
const Optional = (): PropertyDecorator => (target, key) => {
  IsOptional()(target, key);
  Transform(({ value }: { value: unknown }) => value ?? undefined)(target, key);
};

@ArgsType()
export class ConnectionArgs {
  @Field(() => Int, { defaultValue: 50 }) @IsInt() @Min(1) @Max(200) readonly first: number = 50;
  @Field(() => String, { nullable: true }) @Optional() @IsString() @MaxLength(500) readonly after?: string;
  @Field(() => String, { nullable: true, description: 'Waits until the answer includes this position.' })
  @Optional()
  @Matches(/^[\w-]{1,64}$/)
  readonly position?: string;
}

@ArgsType()
export class InboxArgs extends ConnectionArgs {
  @Field(() => String, { nullable: true, description: 'inbox (the default), unread, read, replied, archived or all' })
  @Optional()
  @IsIn(['inbox', 'unread', 'read', 'replied', 'archived', 'all'])
  readonly folder?: FolderChoice;
}

@InputType()
export class SendMessageInput {
  @Field() @IsUUID() readonly conversationId!: string;
  @Field(() => String, { description: 'in-app or sms' }) @IsIn(['in-app', 'sms']) readonly channel!: Channel;
  @Field() @MaxLength(LONGEST_IN_APP) @IsCleanText() readonly text!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The same key is the same command and gets the first answer; it counts for 24 hours.',
  })
  @Optional()
  @Matches(/^[\x21-\x7e]{1,200}$/)
  readonly idempotencyKey?: string;
}

@InputType()
export class ArchiveConversationInput {
  @Field() @IsUUID() readonly conversationId!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The same key is the same command and gets the first answer; it counts for 24 hours.',
  })
  @Optional()
  @Matches(/^[\x21-\x7e]{1,200}$/)
  readonly idempotencyKey?: string;
}
