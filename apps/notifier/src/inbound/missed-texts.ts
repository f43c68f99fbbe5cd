import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { InboundEntry } from '@app/application';
import { Checkpoints, Clock, TemporaryFailure } from '@app/eventing';
import { InboundMessages, type ListedText, type SmsAccount } from '@app/gateways';
import type { Sender } from '@app/domain/program';
import { Configuration } from '@app/platform';

/** A number of a program, with a token that was not erased. */
export type PolledSender = Sender & SmsAccount;

/** A number that is polled, and the program it belongs to. */
export type PolledNumber = { readonly programId: string; readonly sender: PolledSender };

/** How far back the first poll of a number goes. */
const FIRST_LOOK_MS = 24 * 60 * 60 * 1000;
const TEXTS_IN_MEMORY = 50_000;

/**
 * Accepts texts that are in the provider's list and that no webhook brought. The checkpoint of a number is the
 * provider's time of its newest accepted text, so a number without texts costs one page per poll, and our clock only
 * decides which texts are left to the webhooks.
 */
@Injectable()
export class MissedTexts {
  /** Accepted texts: those within the overlap are in the list at every poll, and are not looked up again. */
  private readonly accepted = new LRUCache<string, true>({ max: TEXTS_IN_MEMORY });

  constructor(
    private readonly messages: InboundMessages,
    private readonly entry: InboundEntry,
    private readonly checkpoints: Checkpoints,
    private readonly clock: Clock,
    private readonly configuration: Configuration,
  ) {}

  /**
   * Accepts the texts of one number, in the order of the provider's `date_created`.
   * @throws MessageListUnavailable, and the error of a text that cannot be accepted, after the texts of the other
   * senders
   */
  async accept(number: PolledNumber, signal: AbortSignal): Promise<void> {
    const { programId, sender } = number;
    const checkpoint = `polled ${programId} ${sender.senderId}`;
    const stored = await this.checkpoints.get(checkpoint);
    const readUpTo = stored === null ? this.clock.now() - FIRST_LOOK_MS : Date.parse(stored);
    const texts = await this.listed(sender, readUpTo - this.configuration.POLL_INBOUND_OVERLAP_MS);
    await this.acceptInOrder(number, texts.sort(byAge), signal);
    // Moved after the last text, so that a process that is killed before reads the same list again.
    const newest = new Date(Math.max(readUpTo, texts.at(-1)?.createdAt ?? 0)).toISOString();
    if (!signal.aborted && newest !== stored) await this.checkpoints.set(checkpoint, stored, newest);
  }

  private async listed(sender: PolledSender, since: number): Promise<ListedText[]> {
    const texts: ListedText[] = [];
    for await (const text of this.messages.list(sender, sender.phone, new Date(since))) {
      const isOurs = text.to === sender.phone && text.form['AccountSid'] === sender.accountSid && text.from !== '';
      const isOldEnough = text.createdAt <= this.clock.now() - this.configuration.POLL_INBOUND_GRACE_MS;
      if (isOurs && isOldEnough && text.createdAt >= since) texts.push(text);
    }
    return texts;
  }

  /** After a text that cannot be accepted, later texts of the same person wait; those of other people do not. */
  private async acceptInOrder(
    { programId, sender }: PolledNumber,
    texts: readonly ListedText[],
    signal: AbortSignal,
  ): Promise<void> {
    const failures = new Map<string, unknown>();
    for (const { providerMessageId, from, form, createdAt } of texts) {
      const text = `${programId} ${providerMessageId}`;
      if (this.accepted.has(text) || failures.has(from)) continue;
      if (signal.aborted) return;
      try {
        await this.entry.accept(programId, sender, {
          providerMessageId,
          from,
          form,
          sentAt: new Date(createdAt).toISOString(),
        });
        this.accepted.set(text, true);
      } catch (error) {
        if (error instanceof TemporaryFailure) throw error;
        failures.set(from, error);
      }
    }
    for (const failure of failures.values()) throw failure;
  }
}

/** Oldest first; within a second by the provider's ids, so that every poll gives the same order. */
const byAge = (one: ListedText, other: ListedText): number =>
  one.createdAt - other.createdAt || (one.providerMessageId < other.providerMessageId ? -1 : 1);
