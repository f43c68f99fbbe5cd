import type { Projection } from '@app/eventing';
import { consentsProjection } from './consents/consents.projection.js';
import { contactsProjection } from './contacts/contacts.projection.js';
import { deliveriesProjection } from './deliveries/deliveries.projection.js';
import { inboxProjection } from './inbox/inbox.projection.js';
import { membersProjection } from './members/members.projection.js';
import { parkedProjection } from './parked/parked.projection.js';
import { programsProjection } from './programs/programs.projection.js';
import { referralsProjection } from './referrals/referrals.projection.js';
import { threadProjection } from './thread/thread.projection.js';
import { usageProjection } from './usage/usage.projection.js';

/** Every read model there is. A projection is only ever given events of its own categories. */
export const projections = [
  inboxProjection,
  threadProjection,
  contactsProjection,
  consentsProjection,
  referralsProjection,
  membersProjection,
  programsProjection,
  deliveriesProjection,
  parkedProjection,
  usageProjection,
] as unknown as readonly Projection[];
