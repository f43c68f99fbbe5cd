import { Post, Put } from '@nestjs/common';
import { HandleReferral } from '@app/application';
import { Id } from '../http/id-param.js';
import { withBody, type PlainCommands } from '../http/plain-commands.js';
import { ChangeReferralStatusDto, RecordPayoutDto } from './referrals.requests.dto.js';

export const referralCommands: PlainCommands = {
  permission: 'referrals:write',
  id: Id(),
  idField: 'referralId',
  commands: [
    withBody(ChangeReferralStatusDto, {
      name: 'changeStatus',
      route: Put(':id/status'),
      mutation: 'changeReferralStatus',
      description: 'Gives the referral another status; the change is shown in its timeline.',
      command: (id, { id: by }, context, { status }) =>
        new HandleReferral(id, { type: 'ChangeReferralStatus', data: { status, by } }, context),
    }),
    withBody(RecordPayoutDto, {
      name: 'recordPayout',
      route: Post(':id/payouts'),
      mutation: 'recordPayout',
      description: 'Another system says that the referrer was paid; shown in the timeline. Sends nothing.',
      command: (id, { id: by }, context, { externalId, amount, currency, paidAt }) => {
        const data = { externalId, amount, currency, paidAt: new Date(paidAt).toISOString(), by };
        return new HandleReferral(id, { type: 'RecordPayout', data }, context);
      },
    }),
  ],
};
