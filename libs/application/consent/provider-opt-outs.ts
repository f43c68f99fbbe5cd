import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { EventLog } from '@app/eventing';
import type { Recorded } from '@app/kernel';
import type {
  DeliveryClaimed,
  DeliveryEvent,
  DeliveryRejected,
  DeliveryRequested,
  ReceiptReceived,
} from '@app/domain/delivery';
import { HandleConsent } from './consent.command.js';
import { causedBy, ids, system } from '../commands/ids.js';

/** The provider's code for a text to a number that has opted out; see its page on error 21610. */
const OPTED_OUT = '21610';

/** The delivery events that may report an opt-out. */
export type ProviderRejection = DeliveryRejected | ReceiptReceived;

/**
 * K12: the provider refuses a text with 21610 although our consent allows it. So we missed a STOP, and consent is
 * revoked.
 */
@Injectable()
export class ProviderOptOuts {
  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
  ) {}

  async learnFrom(event: Recorded<ProviderRejection>): Promise<void> {
    const { claimId } = event.data;
    const errorCode = event.type === 'DeliveryRejected' ? event.data.code : event.data.errorCode;
    if (errorCode !== OPTED_OUT) return;
    let request: DeliveryRequested['data'] | undefined;
    let claim: Recorded<DeliveryClaimed> | undefined;
    for await (const past of this.eventLog.read<DeliveryEvent>(event.stream)) {
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
    const consentId = ids.consent(event.metadata.programId, addressId, senderId);
    await this.commands.execute(
      new HandleConsent(
        consentId,
        { type: 'NoteProviderOptOut', data },
        causedBy(event, system('automation'), 'NoteProviderOptOut'),
      ),
    );
  }
}
