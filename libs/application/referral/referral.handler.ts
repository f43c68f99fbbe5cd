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
    if (intent.type === 'CreateReferral') {
      const { referrerId, referredId } = intent.data;
      await Promise.all([referrerId, referredId].map((contactId) => this.lookups.contact(programId, contactId)));
      return { type: 'CreateReferral', data: { ...intent.data, referralId: id } };
    }
    if (state.status === 'created' && (await this.lookups.isErased(programId, state.referredId)))
      throw new ContactWasErased();
    return intent;
  }
}
