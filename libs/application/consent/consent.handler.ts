import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandContext, type CommandResult } from '@app/eventing';
import { DomainError, unlessErased, type Recorded } from '@app/kernel';
import { consentAggregate, type ConsentCommand, type ConsentEvent } from '@app/domain/consent';
import { HandleConsent, type ConsentIntent } from './consent.command.js';
import { ContactHasNoPhone, NoSender } from '../conversation/refusals.js';
import { ids } from '../commands/ids.js';
import { currentSender, Lookups } from '../lookups/lookups.js';
import { ConsentReader } from './send-gate.js';
import { TextQuota } from '../conversation/text-quota.js';

@CommandHandler(HandleConsent)
export class ConsentHandler implements ICommandHandler<HandleConsent> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
    private readonly consents: ConsentReader,
    private readonly quota: TextQuota,
  ) {}

  async execute({ id, intent, context }: HandleConsent): Promise<CommandResult> {
    const result = await handleCommand(this.aggregates, {
      aggregate: consentAggregate,
      id,
      intent,
      context,
      prepare: (intent: ConsentIntent) =>
        intent.type === 'RequestOptIn' ? this.withPolicy(id, intent, context) : intent,
    });
    for (const { type, data, metadata } of result.events as readonly Recorded<ConsentEvent>[])
      if (type === 'OptInRequested' && data.optInText && metadata.occurredAt === context.occurredAt)
        this.quota.note(context.programId, data.addressId, context.occurredAt);
    return result;
  }

  /** @throws ReferralNotFound, ContactNotInReferral */
  private async checkSide(programId: string, referralId: string, contactId: string): Promise<void> {
    const { referrerId, referredId } = await this.lookups.referral(programId, referralId);
    if (contactId !== referrerId && contactId !== referredId) throw new ContactNotInReferral();
  }

  private async withPolicy(
    consentId: string,
    { data }: Extract<ConsentIntent, { type: 'RequestOptIn' }>,
    { programId, occurredAt }: CommandContext,
  ): Promise<ConsentCommand> {
    const { policies, optInText } = await this.lookups.program(programId);
    const { phone, addressId, senderId, consentId: current } = await consentTarget(this.lookups, programId, data);
    // A retry goes to the address and sender of the first request, which the contact or the program may no longer have.
    if (current !== consentId) throw new ContactHasNoPhone();
    const subjectId = await this.lookups.sealingSubject(programId, addressId);
    if (data.referralId !== null) await this.checkSide(programId, data.referralId, data.contactId);
    const mode = policies.consentMode === 'double_opt_in' ? 'double_opt_in' : 'single_opt_in';
    const isLimitReached = await this.quota.isUsedUp(programId, addressId, occurredAt);
    const { refusedSenderId } = await this.consents.read(programId, { addressId, senderId });
    const evidence = { ...data.evidence, tickedAt: data.evidence.tickedAt ?? occurredAt };
    return {
      type: 'RequestOptIn',
      data: {
        ...data,
        evidence,
        requestedAt: occurredAt,
        phone,
        addressId,
        subjectId,
        senderId,
        mode,
        optInText,
        refusedSenderId,
        isLimitReached,
        smsEnabled: policies.smsEnabled,
      },
    };
  }
}

/**
 * Address and sender of the consent: the given phone of the contact, or the first one, and the program's current
 * number.
 */
export async function consentTarget(
  lookups: Lookups,
  programId: string,
  intent: { contactId: string; phone: string | null },
): Promise<{ consentId: string; phone: string; addressId: string; senderId: string }> {
  const contact = await lookups.contact(programId, intent.contactId);
  const sender = currentSender(await lookups.program(programId));
  if (!sender) throw new NoSender();
  const phones = unlessErased(contact.phones, []);
  const phone = intent.phone ?? phones[0];
  // As stored with the contact, like the address that its texts go to.
  const addressId = phone === undefined ? undefined : contact.addressIds[phones.indexOf(phone)];
  if (phone === undefined || addressId === undefined) throw new ContactHasNoPhone();
  return { consentId: ids.consent(programId, addressId, sender.senderId), phone, addressId, senderId: sender.senderId };
}

export class ContactNotInReferral extends DomainError {
  readonly code = 'ContactNotInReferral';
  override readonly field = 'referralId';
  constructor() {
    super('The contact is neither the referrer nor the referred person of this referral');
  }
}
