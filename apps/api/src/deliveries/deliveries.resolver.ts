import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { CommandContext } from '@app/eventing';
import { Caller, Requires, type CallerIdentity } from '@app/platform';
import { Context } from '../http/command-context.js';
import { connection } from '../http/page.view.js';
import { DeliveriesArgs, SettleDeliveryInput } from './deliveries.requests.dto.js';
import { DeliveriesService } from './deliveries.service.js';
import { DeliveryConnection, DeliveryPayload } from './deliveries.view.js';

@Resolver()
export class DeliveriesResolver {
  constructor(private readonly service: DeliveriesService) {}

  @Query(() => DeliveryConnection, {
    description: 'Texts and emails in one state; `uncertain` ones wait for a decision.',
  })
  @Requires('deliveries:read')
  async deliveries(
    @Args() args: DeliveriesArgs,
    @Caller() { programId }: CallerIdentity,
  ): Promise<InstanceType<typeof DeliveryConnection>> {
    return connection(await this.service.list(programId, args, { ...args, limit: args.first }));
  }

  @Mutation(() => DeliveryPayload, {
    description:
      'Decides about an uncertain delivery: with `resend` the contact may get it twice, with `leave` not at all.',
  })
  @Requires('deliveries:settle')
  async settleDelivery(
    @Args('input') input: SettleDeliveryInput,
    @Caller() caller: CallerIdentity,
    @Context() context: CommandContext,
  ): Promise<DeliveryPayload> {
    const { deliveryId } = input;
    return { deliveryId, ...(await this.service.settle(deliveryId, input, caller, context)) };
  }
}
