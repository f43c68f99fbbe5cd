import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { categoriesOf } from '@app/domain';
import { EventUnreadable, isOpened, EventLog, Keyring, UploadedFiles, type Followable } from '@app/eventing';
import type { Message } from '@app/kernel';
import { WithdrawExports } from '../export/withdraw-exports.js';
import { InboundRouter } from '../inbound/inbound-router.js';
import { Lookups } from '../lookups/lookups.js';
import type { Reaction } from './define-reaction.js';
import { reactions } from './index.js';

/** Runs the reactions to an event. */
@Injectable()
export class Automation {
  /** Name of its follower. */
  static readonly worker = 'automation';
  /** Categories of the streams it follows. */
  static readonly categories = categoriesOf(reactions.flatMap(({ on }) => on));

  /** Whether an event causes a command. An event of unknown type may. */
  static concerns(followed: Followable): boolean {
    const event = legible(followed);
    return event === null || reactionsTo(event).length > 0;
  }

  /** The ordering keys of the event's reactions. */
  static keysOf(followed: Followable): readonly string[] {
    const event = legible(followed);
    if (event === null) return [];
    try {
      return reactionsTo(event).flatMap((reaction) => reaction.keys(event).map(text));
    } catch {
      // The event does not match its type: it fails when it is handled, and is parked by its stream.
      return [];
    }
  }

  constructor(
    readonly commands: CommandBus,
    readonly eventLog: EventLog,
    readonly keyring: Keyring,
    readonly lookups: Lookups,
    readonly router: InboundRouter,
    readonly exports: WithdrawExports,
    readonly files: UploadedFiles,
  ) {}

  /** @throws EventUnreadable */
  async react(event: Followable): Promise<void> {
    if (!isOpened(event)) throw new EventUnreadable(event);
    for (const reaction of reactionsTo(event)) await reaction.react(event, this);
  }
}

const legible = (event: Followable): Message | null => (isOpened(event) ? event : event.legible);

const reactionsTo = (event: Message): readonly Reaction[] =>
  reactions.filter(({ on, concerns }) => on.includes(event.type) && concerns?.(event) !== false);

function text(key: unknown): string {
  if (typeof key !== 'string') throw new TypeError('A key is a text');
  return key;
}
