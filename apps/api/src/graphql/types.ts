import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { ConversationView, MessageView } from '@app/read-models';

@ObjectType()
export class PageInfo {
  @Field() readonly hasNextPage!: boolean;
  @Field(() => String, { nullable: true }) readonly endCursor!: string | null;
}

@ObjectType({ description: 'One entry of a thread.' })
export class Message {
  @Field() readonly id!: string;
  @Field({ description: 'message, automated, keyword or refusal' }) readonly kind!: string;
  @Field(() => String, { description: 'in or out' }) readonly direction!: 'in' | 'out';
  @Field(() => String) readonly channel!: MessageView['channel'];
  @Field(() => String, { nullable: true, description: 'Null where it was erased.' }) readonly text!: string | null;
  @Field() readonly at!: string;
  @Field({ description: 'How far its delivery is; only moves forward.' }) readonly state!: string;
  @Field(() => String, { nullable: true, description: 'Why it failed or was refused.' }) readonly reason!:
    string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Of a message stopped by an opt-out: the program’s number that received it.',
  })
  readonly optedOutOf!: string | null;
  @Field({ description: 'Kind of the author: staff, contact, provider or system.' }) readonly authorKind!: string;
  @Field() readonly authorId!: string;
}

@ObjectType()
export class MessageEdge {
  @Field(() => Message) readonly node!: Message;
}

@ObjectType()
export class MessageConnection {
  @Field(() => [MessageEdge]) readonly edges!: readonly MessageEdge[];
  @Field(() => PageInfo) readonly pageInfo!: PageInfo;
}

@ObjectType()
export class Conversation {
  @Field() readonly id!: string;
  @Field({ description: 'The contact’s name, or the number until there is one.' }) readonly displayName!: string;
  @Field() readonly contactId!: string;
  @Field(() => String, { nullable: true }) readonly referralId!: string | null;
  @Field(() => String, { nullable: true }) readonly phone!: string | null;
  @Field(() => String, { description: 'unread, read, replied or archived' })
  readonly folder!: ConversationView['folder'];
  @Field(() => Int, { description: 'The contact’s messages since the last message by staff.' })
  readonly answers!: number;
  @Field(() => String, { nullable: true, description: 'Of the last message; null where it was erased.' })
  readonly preview!: string | null;
  @Field(() => String, { nullable: true }) readonly channel!: ConversationView['channel'];
  @Field(() => String, { description: 'none, pending, yes or no' }) readonly consent!: ConversationView['consent'];
  @Field(() => String, { nullable: true, description: 'The program’s number that received the opt-out which stands.' })
  readonly optedOutOf!: string | null;
  @Field(() => String) readonly leadState!: ConversationView['leadState'];
  @Field() readonly lastActivityAt!: string;
  @Field(() => String, { nullable: true }) readonly lastContactMessageAt!: string | null;
  @Field(() => Int) readonly revision!: number;
}

@ObjectType()
export class ConversationEdge {
  @Field(() => Conversation) readonly node!: Conversation;
}

@ObjectType()
export class ConversationConnection {
  @Field(() => [ConversationEdge]) readonly edges!: readonly ConversationEdge[];
  @Field(() => PageInfo) readonly pageInfo!: PageInfo;
}

@ObjectType()
export class CommandPayload {
  @Field() readonly conversationId!: string;
  @Field(() => String, { nullable: true }) readonly messageId!: string | null;
  @Field(() => Int) readonly revision!: number;
  @Field(() => String, { nullable: true, description: 'A query may wait for this position.' }) readonly position!:
    string | null;
}

type Edges<Node> = { readonly edges: readonly { readonly node: Node }[]; readonly pageInfo: PageInfo };

export const connection = <Node>({
  documents,
  next,
}: {
  documents: readonly Node[];
  next: string | null;
}): Edges<Node> => ({
  edges: documents.map((node) => ({ node })),
  pageInfo: { hasNextPage: next !== null, endCursor: next },
});

export const messageNode = ({ author, ...message }: MessageView): Message => ({
  ...message,
  authorKind: author.kind,
  authorId: author.id,
});
