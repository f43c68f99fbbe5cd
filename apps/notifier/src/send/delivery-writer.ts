import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleDelivery, type DeliveryIntent } from '@app/application';
import { EventUnreadable, growing, retry } from '@app/eventing';
import { DomainError, type Position } from '@app/kernel';
import { notifierContext } from '../notifier-context.js';

/** The delivery that is written to. */
type Target = { readonly programId: string; readonly id: string };

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** Writes what becomes of a delivery. */
@Injectable()
export class DeliveryWriter {
  constructor(private readonly commands: CommandBus) {}

  /** @returns the position that was reached */
  async write({ programId, id }: Target, intent: DeliveryIntent): Promise<Position | null> {
    return (await this.commands.execute(new HandleDelivery(id, intent, notifierContext(programId)))).position;
  }

  /**
   * Writes what only this process knows: that the claim is its own, that the provider was not called, or what it
   * answered. While an engine is away, the same command is repeated, since the first response may be lost.
   */
  async writeAtLast({ programId, id }: Target, intent: DeliveryIntent, signal: AbortSignal): Promise<Position | null> {
    const command = new HandleDelivery(id, intent, notifierContext(programId));
    const result = await retry(() => this.commands.execute(command), {
      pauses: growing(FIRST_PAUSE_MS, LONGEST_PAUSE_MS),
      signal,
      onFailure: (error) => {
        // An unreadable event stays so for long; the reconciler finds the claim when it is readable again.
        if (error instanceof DomainError || error instanceof EventUnreadable || signal.aborted) throw error;
      },
    });
    return result.position;
  }
}
