import { Injectable } from '@nestjs/common';
import mustache from 'mustache';
import { Lookups, type CreatedProgram } from '@app/application';
import type { Email } from '@app/gateways';
import { isErased, mayGetTexts } from '@app/kernel';
import type { DeliveryRequested } from '@app/domain/delivery';
import { ContentErased, type MessageContent } from './message-content.js';

const PREVIEW_LENGTH = 200;

const text = `Hello {{{name}}},

{{{author}}} wrote to you:

  {{{preview}}}

Read and answer: {{{link}}}

{{{program}}}
`;

const html = `<p>Hello {{name}},</p>
<p>{{author}} wrote to you:</p>
<blockquote>{{preview}}</blockquote>
<p><a href="{{link}}">Read and answer</a></p>
<p>{{program}}</p>
`;

/** The email about a new message: a preview, and a link to the thread. */
@Injectable()
export class EmailComposer {
  constructor(private readonly lookups: Lookups) {}

  /** `null` when the recipient no longer has an address, or may no longer read messages. @throws ContentErased */
  async compose(
    program: CreatedProgram,
    { deliveryId, recipient, conversationId }: DeliveryRequested['data'],
    message: MessageContent,
  ): Promise<Email | null> {
    const { programId } = program;
    const to = await this.addressee(programId, recipient);
    if (!to) return null;
    const author = recipient.kind === 'contact' ? program.name : await this.contactName(programId, message.contactId);
    const template = recipient.kind === 'contact' ? program.portalLink : program.consoleLink;
    const link = template.replaceAll('{conversationId}', encodeURIComponent(conversationId));
    const view = { name: to.name, author, preview: shorten(message.text), link, program: program.name };
    return {
      messageId: deliveryId,
      programId,
      to,
      fromName: program.name,
      subject: `New message from ${author.replace(/\s+/g, ' ')}`,
      text: mustache.render(text, view),
      html: mustache.render(html, view),
    };
  }

  private async addressee(
    programId: string,
    { kind, id }: DeliveryRequested['data']['recipient'],
  ): Promise<Email['to'] | null> {
    if (kind === 'member') {
      const member = await this.lookups.member(programId, id);
      if (!member || !mayGetTexts(member)) return null;
      if (isErased(member.name) || isErased(member.email)) throw new ContentErased();
      return { name: member.name, address: member.email };
    }
    const { name, emails } = await this.lookups.contact(programId, id);
    if (isErased(name) || isErased(emails)) throw new ContentErased();
    return emails[0] === undefined ? null : { name: name ?? emails[0], address: emails[0] };
  }

  private async contactName(programId: string, contactId: string): Promise<string> {
    const { name, phones, emails } = await this.lookups.contact(programId, contactId);
    if (isErased(name) || isErased(phones) || isErased(emails)) return 'A contact';
    return name ?? phones[0] ?? emails[0] ?? 'A contact';
  }
}

const shorten = (message: string): string => {
  const characters = [...message];
  return characters.length <= PREVIEW_LENGTH ? message : `${characters.slice(0, PREVIEW_LENGTH - 1).join('')}…`;
};
