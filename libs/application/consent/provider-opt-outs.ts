import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Journal } from '@app/eventing';
import type { Recorded } from '@app/kernel';
import type {
  DeliveryClaimed,
  DeliveryEvent,
  DeliveryRefused,
  DeliveryRequested,
  ReceiptReceived,
} from '@app/domain/delivery';
import { HandleConsent } from './consent.command.js';
import { following, ids, system } from '../commands/ids.js';

/** The provider's code for a text to a number that has opted out; see its page on error 21610. */
const OPTED_OUT = '21610';

/** What can tell that a number has opted out at the provider. */
export type ProviderRefusal = DeliveryRefused | ReceiptReceived;

/** K12: the provider refuses a text with 21610 although we may text the number. So we missed a STOP, and consent is revoked. */
@Injectable()
export class ProviderOptOuts {
  constructor(
    private readonly commands: CommandBus,
    private readonly journal: Journal,
  ) {}

  async learnFrom(event: Recorded<ProviderRefusal>): Promise<void> {
    const { claimId } = event.data;
    const errorCode = event.type === 'DeliveryRefused' ? event.data.code : event.data.errorCode;
    if (errorCode !== OPTED_OUT) return;
    let request: DeliveryRequested['data'] | undefined;
    let claim: Recorded<DeliveryClaimed> | undefined;
    for await (const past of this.journal.read<DeliveryEvent>(event.stream)) {
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
        following(event, system('automation'), 'NoteProviderOptOut'),
      ),
    );
  }
}
