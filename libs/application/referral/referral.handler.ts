import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { ContactWasErased } from '@app/domain/contact';
import { referralAggregate, type Referral, type ReferralCommand } from '@app/domain/referral';
import { HandleReferral, type ReferralIntent } from './referral.command.js';
import { Lookups } from '../lookups/lookups.js';

@CommandHandler(HandleReferral)
export class ReferralHandler implements ICommandHandler<HandleReferral> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
  ) {}

  execute({ id, intent, context }: HandleReferral): Promise<CommandResult> {
    return handleCommand(this.aggregates, {
      aggregate: referralAggregate,
      id,
      intent,
      context,
      prepare: (intent: ReferralIntent, state: Referral) => this.toCommand(context.programId, id, intent, state),
    });
  }

  private async toCommand(
    programId: string,
    id: string,
    intent: ReferralIntent,
    state: Referral,
  ): Promise<ReferralCommand> {
    switch (intent.type) {
      case 'CreateReferral': {
        const { referrerId, referredId } = intent.data;
        await Promise.all([referrerId, referredId].map((contactId) => this.lookups.contact(programId, contactId)));
        return { type: 'CreateReferral', data: { ...intent.data, referralId: id } };
      }
      case 'SaveReferral': {
        const { externalId, referrerExternalId, referredExternalId, status, by } = intent.data;
        const [referrerId, referredId] = await Promise.all(
          [referrerExternalId, referredExternalId].map((side) => this.contactBy(programId, side)),
        );
        if (status !== null) await this.refuseIfErased(programId, state, 'referredId');
        const sides = { referrerId: referrerId ?? null, referredId: referredId ?? null };
        return { type: 'SaveReferral', data: { referralId: id, externalId, ...sides, status, by } };
      }
      case 'ChangeReferralStatus':
        await this.refuseIfErased(programId, state, 'referredId');
        return intent;
      case 'RecordPayout':
        await this.refuseIfErased(programId, state, 'referrerId');
        return intent;
    }
  }

  /** @throws ContactNotFound */
  private async contactBy(programId: string, externalId: string | null): Promise<string | null> {
    if (externalId === null) return null;
    const contactId = await this.lookups.naturalKeys.contactByExternalId(programId, externalId);
    await this.lookups.contact(programId, contactId);
    return contactId;
  }

  /** The key that seals what is said about this side is destroyed. @throws ContactWasErased */
  private async refuseIfErased(
    programId: string,
    referral: Referral,
    side: 'referrerId' | 'referredId',
  ): Promise<void> {
    if (referral.status === 'created' && (await this.lookups.isErased(programId, referral[side])))
      throw new ContactWasErased();
  }
}
