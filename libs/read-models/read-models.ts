import type { ReadModel } from '@app/eventing';
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

/** Every read model. */
export const readModels: readonly ReadModel[] = [
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
];
