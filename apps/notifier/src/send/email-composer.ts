import { Injectable } from '@nestjs/common';
import mustache from 'mustache';
import { Lookups, type CreatedProgram } from '@app/application';
import type { Email } from '@app/gateways';
import { ERASED, isErased, unlessErased } from '@app/kernel';
import type { DeliveryRequested } from '@app/domain/delivery';
import { SourceMissing, type MessageContent } from './message-content.js';

/** A message that an email tells about. */
export type Told = { readonly conversationId: string; readonly content: MessageContent };

/** What an email says of one message. Only a new message has an author and a preview. */
type Said = {
  readonly author: string | null;
  readonly subject: string;
  readonly sentence: string;
  readonly preview: string | null;
};

const PREVIEW_LENGTH = 200;

const text = `Hello {{{name}}},

{{#messages}}
{{{sentence}}}
{{#preview}}

  {{{preview}}}
{{/preview}}

Read and answer: {{{link}}}

{{/messages}}
{{{program}}}
`;

const html = `<p>Hello {{name}},</p>
{{#messages}}
<p>{{sentence}}</p>
{{#preview}}
<blockquote>{{preview}}</blockquote>
{{/preview}}
<p><a href="{{link}}">Read and answer</a></p>
{{/messages}}
<p>{{program}}</p>
`;

/** The email about new messages: a preview of each, and a link to its thread. About a note or a snooze, it has only the link. */
@Injectable()
export class EmailComposer {
  constructor(private readonly lookups: Lookups) {}

  /** @throws SourceMissing */
  async compose(
    program: CreatedProgram,
    { deliveryId, recipient }: DeliveryRequested['data'],
    told: readonly Told[],
    to: Email['to'],
  ): Promise<Email> {
    const { programId } = program;
    const template = recipient.kind === 'contact' ? program.portalLink : program.consoleLink;
    const messages = await Promise.all(
      told.map(async ({ conversationId, content }) => ({
        ...(await this.said(program, recipient.kind, content)),
        link: template.replaceAll('{conversationId}', encodeURIComponent(conversationId)),
      })),
    );
    const view = { name: to.name, messages, program: program.name };
    return {
      messageId: deliveryId,
      programId,
      to,
      fromName: program.name,
      subject: subjectOf(messages).replace(/\s+/g, ' '),
      text: mustache.render(text, view),
      html: mustache.render(html, view),
    };
  }

  private async said(
    { programId, name }: CreatedProgram,
    to: 'contact' | 'member',
    content: MessageContent,
  ): Promise<Said> {
    if ('text' in content) {
      const author = to === 'contact' ? name : await this.contactName(programId, content.contactId);
      const subject = `New message from ${author}`;
      return { author, subject, sentence: `${author} wrote to you:`, preview: shorten(content.text) };
    }
    // Only staff reads of notes and snoozes.
    if (to === 'contact') throw new SourceMissing();
    const contact = await this.contactName(programId, content.contactId);
    if ('hasReturned' in content)
      return {
        author: null,
        subject: `The conversation with ${contact} is back`,
        sentence: `The conversation with ${contact} is no longer snoozed.`,
        preview: null,
      };
    const colleague = await this.memberName(programId, content.notedBy);
    return {
      author: null,
      subject: `${colleague} mentioned you in a note`,
      sentence: `${colleague} mentioned you in an internal note about ${contact}.`,
      preview: null,
    };
  }

  private async memberName(programId: string, userId: string): Promise<string> {
    const member = await this.lookups.member(programId, userId);
    return unlessErased(member?.name ?? ERASED, 'A colleague');
  }

  private async contactName(programId: string, contactId: string): Promise<string> {
    const { name, phones, emails } = await this.lookups.contact(programId, contactId);
    if (isErased(name) || isErased(phones) || isErased(emails)) return 'A contact';
    return name ?? phones[0] ?? emails[0] ?? 'A contact';
  }
}

function subjectOf(messages: readonly Said[]): string {
  const [first] = messages;
  if (first && messages.length === 1) return first.subject;
  const authors = messages.map(({ author }) => author);
  if (authors.includes(null)) return `${messages.length} notifications`;
  const what = `${messages.length} new messages`;
  return new Set(authors).size === 1 ? `${what} from ${authors[0] ?? ''}` : what;
}

const shorten = (message: string): string => {
  const characters = [...message];
  return characters.length <= PREVIEW_LENGTH ? message : `${characters.slice(0, PREVIEW_LENGTH - 1).join('')}…`;
};
