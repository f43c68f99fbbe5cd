import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext, CommandResult } from '@app/eventing';
import type { Payout } from '@app/domain/referral';
import { HandleContact } from '../contact/contact.command.js';
import { HandleReferral, type SavedReferral } from '../referral/referral.command.js';
import { NaturalKeys } from '../lookups/natural-keys.js';
import type { ContactForm } from './forms.js';

export type Saved = { readonly id: string; readonly result: CommandResult };

/** Saves what another system says, by its ids: the same again changes nothing. */
@Injectable()
export class OtherSystems {
  constructor(
    private readonly commands: CommandBus,
    private readonly naturalKeys: NaturalKeys,
  ) {}

  /** @throws ContactWasErased */
  async saveContact(data: ContactForm, context: CommandContext): Promise<Saved> {
    const id = await this.naturalKeys.contactByExternalId(context.programId, data.externalId);
    return { id, result: await this.commands.execute(new HandleContact(id, { type: 'SaveContact', data }, context)) };
  }

  /** @throws ContactNotFound, ReferralNotFound, ReferralSidesDiffer, ContactWasErased */
  async saveReferral(referral: SavedReferral, context: CommandContext): Promise<Saved> {
    const id = await this.naturalKeys.referralByExternalId(context.programId, referral.externalId);
    const intent = { type: 'SaveReferral', data: { ...referral, by: context.actor.id } } as const;
    return { id, result: await this.commands.execute(new HandleReferral(id, intent, context)) };
  }

  /** @throws ReferralNotFound, PayoutExists, ContactWasErased */
  async recordPayout(referralExternalId: string, payout: Payout, context: CommandContext): Promise<Saved> {
    const id = await this.naturalKeys.referralByExternalId(context.programId, referralExternalId);
    const intent = { type: 'RecordPayout', data: { ...payout, by: context.actor.id } } as const;
    return { id, result: await this.commands.execute(new HandleReferral(id, intent, context)) };
  }
}
