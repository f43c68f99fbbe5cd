import type { CommandBus } from '@nestjs/cqrs';
import type { Lookups } from '@app/application';
import type { Clock, EventLog, TrustedClock, Progress } from '@app/eventing';
import type { Configuration } from '@app/platform';
import type { DeliveryQueries } from '@app/read-models';
import { DeliveryWriter } from '../send/delivery-writer.js';
import { DeliveriesModel } from './deliveries-model.js';
import { OverdueDeliveries } from './overdue-deliveries.js';
import { Reconciler } from './reconciler.js';
import { Settlement } from './settlement.js';
import { UncertainDeliveries } from './uncertain-deliveries.js';

type Parts = {
  readonly commands: CommandBus;
  readonly eventLog: EventLog;
  readonly deliveries: DeliveryQueries;
  readonly lookups?: Lookups;
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly trustedClock: TrustedClock;
};
const none = {} as never;

/** A reconciler whose read model is current, and that must not ask a provider. */
export function reconcilerOf(parts: Parts): Reconciler {
  const { commands, eventLog, deliveries, lookups = none, configuration, clock, trustedClock } = parts;
  const progress = { waitFor: () => Promise.resolve(true) } as unknown as Progress;
  const model = new DeliveriesModel(eventLog, progress);
  const settlement = new Settlement(new DeliveryWriter(commands));
  const overdue = new OverdueDeliveries(deliveries, settlement, configuration);
  const uncertain = new UncertainDeliveries(deliveries, lookups, none, settlement, clock, trustedClock);
  return new Reconciler(model, overdue, uncertain, configuration, clock, trustedClock);
}
