import { Injectable } from '@nestjs/common';
import mustache from 'mustache';
import { Lookups, type CreatedProgram } from '@app/application';
import type { Email } from '@app/gateways';
import { isErased } from '@app/kernel';
import type { DeliveryRequested } from '@app/domain/delivery';
import type { MessageContent } from './message-content.js';

/** A message that an email tells about. */
export type Told = { readonly conversationId: string; readonly content: MessageContent };

const PREVIEW_LENGTH = 200;

const text = `Hello {{{name}}},

{{#messages}}
{{{author}}} wrote to you:

  {{{preview}}}

Read and answer: {{{link}}}

{{/messages}}
{{{program}}}
`;

const html = `<p>Hello {{name}},</p>
{{#messages}}
<p>{{author}} wrote to you:</p>
<blockquote>{{preview}}</blockquote>
<p><a href="{{link}}">Read and answer</a></p>
{{/messages}}
<p>{{program}}</p>
`;

/** The email about new messages: a preview of each, and a link to its thread. */
@Injectable()
export class EmailComposer {
  constructor(private readonly lookups: Lookups) {}

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
        author: recipient.kind === 'contact' ? program.name : await this.contactName(programId, content.contactId),
        preview: shorten(content.text),
        link: template.replaceAll('{conversationId}', encodeURIComponent(conversationId)),
      })),
    );
    const view = { name: to.name, messages, program: program.name };
    return {
      messageId: deliveryId,
      programId,
      to,
      fromName: program.name,
      subject: subjectOf(messages.map(({ author }) => author.replace(/\s+/g, ' '))),
      text: mustache.render(text, view),
      html: mustache.render(html, view),
    };
  }

  private async contactName(programId: string, contactId: string): Promise<string> {
    const { name, phones, emails } = await this.lookups.contact(programId, contactId);
    if (isErased(name) || isErased(phones) || isErased(emails)) return 'A contact';
    return name ?? phones[0] ?? emails[0] ?? 'A contact';
  }
}

function subjectOf(authors: readonly string[]): string {
  const what = authors.length === 1 ? 'New message' : `${authors.length} new messages`;
  return new Set(authors).size === 1 ? `${what} from ${authors[0] ?? ''}` : what;
}

const shorten = (message: string): string => {
  const characters = [...message];
  return characters.length <= PREVIEW_LENGTH ? message : `${characters.slice(0, PREVIEW_LENGTH - 1).join('')}…`;
};
