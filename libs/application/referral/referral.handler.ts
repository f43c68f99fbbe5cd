import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Aggregates, handleCommand, type CommandResult } from '@app/eventing';
import { referralDecider } from '@app/domain/referral';
import { HandleReferral, type ReferralWish } from '../commands/commands.js';
import { Lookups } from '../lookups/lookups.js';

@CommandHandler(HandleReferral)
export class ReferralHandler implements ICommandHandler<HandleReferral> {
  constructor(
    private readonly aggregates: Aggregates,
    private readonly lookups: Lookups,
  ) {}

  execute({ id, wish, context }: HandleReferral): Promise<CommandResult> {
    return handleCommand(
      this.aggregates,
      referralDecider,
      `referral-${id}`,
      wish,
      context,
      async ({ data }: ReferralWish) => {
        await Promise.all(
          [data.referrerId, data.referredId].map((contactId) => this.lookups.contact(context.programId, contactId)),
        );
        return { type: 'CreateReferral', data: { ...data, referralId: id } } as const;
      },
    );
  }
}
