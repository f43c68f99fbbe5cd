import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { referralAggregate } from '@app/domain/referral';
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
      prepare: async ({ data }: ReferralIntent) => {
        await Promise.all(
          [data.referrerId, data.referredId].map((contactId) => this.lookups.contact(context.programId, contactId)),
        );
        return { type: 'CreateReferral', data: { ...data, referralId: id } } as const;
      },
    });
  }
}
