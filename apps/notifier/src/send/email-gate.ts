import { Injectable } from '@nestjs/common';
import { Lookups, type CreatedProgram } from '@app/application';
import { Clock } from '@app/eventing';
import type { Email } from '@app/gateways';
import { emailsInForce, isErased, mayGetTexts, type EmailChoice } from '@app/kernel';
import type { DeliveryRequested } from '@app/domain/delivery';
import { isMuted, muteAggregate } from '@app/domain/mute';
import { whyNoEmails } from '../emails-wanted.js';
import { ContentErased, MessageContents } from './message-content.js';

type Recipient = DeliveryRequested['data']['recipient'];
type Refused = { readonly rule: string };
type Addressee = { readonly to: Email['to'] };

/** The last checks of an email: whether its recipient still wants it, and may get it. */
@Injectable()
export class EmailGate {
  constructor(
    private readonly lookups: Lookups,
    private readonly clock: Clock,
    private readonly contents: MessageContents,
  ) {}

  /** Where emails to a person go, and which they want; or the rule that stops them all. @throws ContentErased */
  async person(
    program: CreatedProgram,
    recipient: Recipient,
  ): Promise<(Addressee & { readonly choice: EmailChoice }) | Refused> {
    const { programId, policies } = program;
    const preference = await this.lookups.preference(programId, recipient);
    const rule = whyNoEmails(program, preference);
    if (rule !== null) return { rule };
    const found = await (recipient.kind === 'member'
      ? this.member(programId, recipient.id)
      : this.contact(programId, recipient.id));
    return 'rule' in found ? found : { ...found, choice: emailsInForce(policies.emailNotifications, preference.email) };
  }

  /** The rule that stops an email about this message; `null`: none does. @throws SourceMissing */
  async message(
    { programId }: CreatedProgram,
    request: Pick<DeliveryRequested['data'], 'recipient' | 'conversationId' | 'source'>,
  ): Promise<'Muted' | 'AlreadyRead' | null> {
    const {
      recipient: { kind, id },
      conversationId,
    } = request;
    if (kind === 'contact') return null;
    const choices = (await this.lookups.load(muteAggregate, conversationId, programId))?.choices ?? {};
    if (isMuted(choices[id], true, new Date(this.clock.now()).toISOString())) return 'Muted';
    const conversation = await this.lookups.conversation(programId, conversationId);
    if (conversation.status === 'deleted' || conversation.folder === 'unread') return null;
    // The inbox is shared: a colleague who has opened the conversation takes care of it. A note is for those it mentions.
    return (await this.contents.isNote(request)) ? null : 'AlreadyRead';
  }

  private async member(programId: string, userId: string): Promise<Addressee | Refused> {
    const member = await this.lookups.member(programId, userId);
    if (!member) return { rule: 'NotAMember' };
    if (!mayGetTexts(member)) return { rule: 'NotPermitted' };
    if (isErased(member.name) || isErased(member.email)) throw new ContentErased();
    return { to: { name: member.name, address: member.email } };
  }

  private async contact(programId: string, contactId: string): Promise<Addressee | Refused> {
    const contact = await this.lookups.contact(programId, contactId);
    if (contact.status === 'erased' || isErased(contact.name) || isErased(contact.emails)) throw new ContentErased();
    if (!contact.registered || !contact.active) return { rule: 'ContactInactive' };
    const { name, emails } = contact;
    return emails[0] === undefined ? { rule: 'NoAddress' } : { to: { name: name ?? emails[0], address: emails[0] } };
  }
}
