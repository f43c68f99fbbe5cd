import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock, EventUnreadable, EventLog, KeyDestroyed, naturalId, type CommandContext } from '@app/eventing';
import { streamOf, type Open, type Recorded } from '@app/kernel';
import { sealingSubject } from '@app/domain/address';
import { inboundAggregate, type InboundEvent, type InboundReceived } from '@app/domain/inbound';
import type { Sender } from '@app/domain/program';
import { HandleInbound } from './inbound.handler.js';
import { ids } from '../commands/ids.js';
import { InboundRouter } from './inbound-router.js';
import { Lookups } from '../lookups/lookups.js';
import { NaturalKeys } from '../lookups/natural-keys.js';

/** A text as reported by the provider. */
export type ArrivedText = Pick<Open<InboundReceived['data']>, 'providerMessageId' | 'from' | 'form' | 'sentAt'>;

/** Accepts all inbound texts, whether the provider posted them or its list shows them. */
@Injectable()
export class InboundEntry {
  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly router: InboundRouter,
    private readonly clock: Clock,
    private readonly naturalKeys: NaturalKeys,
    private readonly lookups: Lookups,
  ) {}

  /**
   * Accepts a text that a number of the program received. When it resolves, the text is stored once and an opt-out is
   * in effect, even if an earlier call died before finishing. The caller has checked that the text is genuine.
   */
  async accept(
    programId: string,
    { senderId, accountSid }: Sender,
    { providerMessageId, from, form, sentAt }: ArrivedText,
    correlationId?: string,
  ): Promise<void> {
    // One command for each message of the provider: webhook, retry and list differ in their parameters.
    const commandId = naturalId('accept', programId, providerMessageId);
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
    const inboundId = ids.inbound(programId, providerMessageId);
    const text = form['Body'] ?? '';
    const accept = async (): Promise<Recorded<InboundEvent> | undefined> => {
      for (let erasures = await this.erasures(programId, addressId); ; erasures += 1) {
        const data = {
          providerMessageId,
          addressId,
          subjectId: sealingSubject(addressId, erasures),
          senderId,
          from,
          text,
          form,
          sentAt,
        };
        try {
          const { events } = await this.commands.execute(
            new HandleInbound(inboundId, { type: 'AcceptInbound', data }, context),
          );
          return (
            (events[0] as Recorded<InboundEvent> | undefined) ??
            (await this.eventLog.at<InboundEvent>(streamOf(inboundAggregate, inboundId), 0))
          );
        } catch (error) {
          // A text after an erasure is sealed with the next key.
          if (!(error instanceof KeyDestroyed)) throw error;
        }
      }
    };
    try {
      const accepted = await accept();
      if (accepted?.type === 'InboundReceived') await this.router.noteOptOut(accepted);
    } catch (error) {
      if (!(error instanceof EventUnreadable) || error.event.stream !== streamOf(inboundAggregate, inboundId))
        throw error;
      await this.noteUnreadable(error, { from, text, form });
    }
  }

  /** Automation waits until the text can be opened; an opt-out does not. */
  private async noteUnreadable(
    error: EventUnreadable,
    content: Pick<InboundReceived['data'], 'from' | 'text' | 'form'>,
  ): Promise<void> {
    // The next event of the stream stores the route: then the opt-out was noted.
    if (error.event.revision > 0) return;
    const accepted = error.event.legible as Recorded<InboundEvent> | null;
    if (accepted?.type !== 'InboundReceived') throw error;
    await this.router.noteOptOut({ ...accepted, data: { ...accepted.data, ...content } });
  }

  /** The number of erasures of the address, or 0 if it cannot be read. */
  private async erasures(programId: string, addressId: string): Promise<number> {
    try {
      return (await this.lookups.address(programId, addressId)).erasures;
    } catch (error) {
      // The text is accepted anyway: it may be a STOP.
      if (error instanceof EventUnreadable) return 0;
      throw error;
    }
  }
}
