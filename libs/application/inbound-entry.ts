import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock, Journal, KeyDestroyed, naturalId, type CommandContext, type CommandResult } from '@app/eventing';
import type { Open, Recorded } from '@app/kernel';
import type { InboundEvent, InboundReceived } from '@app/domain/inbound';
import type { Sender } from '@app/domain/program';
import { HandleInbound } from './commands.js';
import { ids } from './ids.js';
import { InboundRouter } from './inbound-router.js';
import { Lookups } from './lookups.js';
import { NaturalKeys } from './natural-keys.js';

/** A text as the provider told us about it. */
export type ArrivedText = Pick<Open<InboundReceived['data']>, 'providerId' | 'from' | 'form' | 'sentAt'>;

/** The one entry of inbound texts, whether the provider posted them or its list shows them. */
@Injectable()
export class InboundEntry {
  constructor(
    private readonly commands: CommandBus,
    private readonly journal: Journal,
    private readonly router: InboundRouter,
    private readonly clock: Clock,
    private readonly naturalKeys: NaturalKeys,
    private readonly lookups: Lookups,
  ) {}

  /**
   * Accepts a text that a number of the program received. When it resolves, the text is in the record once, and an opt-out
   * holds, also when a call before this one died in between. The caller has checked that the text is genuine.
   */
  async accept(programId: string, { senderId, accountSid }: Sender, { providerId, from, form, sentAt }: ArrivedText, correlationId?: string): Promise<void> {
    // One command for each message of the provider, however it is worded: webhook, retry and list differ in their parameters.
    const commandId = naturalId('accept', programId, providerId);
    const context: CommandContext = {
      programId,
      actor: { kind: 'provider', id: accountSid },
      commandId,
      correlationId: correlationId ?? commandId,
      causationId: commandId,
      occurredAt: new Date(this.clock.now()).toISOString(),
      isDerived: true,
    };
    const addressId = await this.naturalKeys.address(programId, from);
    const inboundId = ids.inbound(programId, providerId);
    const accept = async (): Promise<CommandResult> => {
      const data = { providerId, addressId, subjectId: await this.lookups.sealingSubject(programId, addressId), senderId, from, text: form['Body'] ?? '', form, sentAt };
      return this.commands.execute(new HandleInbound(inboundId, { type: 'AcceptInbound', data }, context));
    };
    // Who was erased while we looked texts anew, under a key of its own.
    const { events } = await accept().catch((error: unknown) => {
      if (!(error instanceof KeyDestroyed)) throw error;
      return accept();
    });
    const accepted = (events[0] as Recorded<InboundEvent> | undefined) ?? (await this.journal.at<InboundEvent>(`inbound-${inboundId}`, 0));
    if (accepted?.type === 'InboundReceived') await this.router.noteOptOut(accepted);
  }
}
