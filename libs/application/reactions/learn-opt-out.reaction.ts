import type { DeliveryClaimed, DeliveryEvent, DeliveryRequested } from '@app/domain/delivery';
import type { Recorded } from '@app/kernel';
import { causedBy, ids } from '../commands/ids.js';
import { HandleConsent } from '../consent/consent.command.js';
import { automation, defineReaction } from './define-reaction.js';

/** The provider's code for a text to a number that has opted out; see its page on error 21610. */
const OPTED_OUT = '21610';

/**
 * K12: the provider refuses a text with 21610 although our consent allows it. So we missed a STOP, and consent is
 * revoked.
 */
export const learnOptOut = defineReaction({
  on: ['DeliveryRejected', 'ReceiptReceived'],
  keys: () => [],

  async react(event, { commands, eventLog }) {
    const { claimId } = event.data;
    const errorCode = event.type === 'DeliveryRejected' ? event.data.code : event.data.errorCode;
    if (errorCode !== OPTED_OUT) return;
    let request: DeliveryRequested['data'] | undefined;
    let claim: Recorded<DeliveryClaimed> | undefined;
    for await (const past of eventLog.read<DeliveryEvent>(event.stream)) {
      if (past.type === 'DeliveryRequested') request = past.data;
      if (past.type === 'DeliveryClaimed' && past.data.claimId === claimId) claim = past;
    }
    if (!claim || !request?.consentOf) return;
    const { addressId, senderId } = request.consentOf;
    const data = {
      addressId,
      senderId,
      deliveryId: request.deliveryId,
      claimId,
      errorCode,
      claimedPosition: claim.position,
      claimedAt: claim.data.claimedAt,
    };
    await commands.execute(
      new HandleConsent(
        ids.consent(event.metadata.programId, addressId, senderId),
        { type: 'NoteProviderOptOut', data },
        causedBy(event, automation, 'NoteProviderOptOut'),
      ),
    );
  },
});
