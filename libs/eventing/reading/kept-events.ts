import type { Position } from '@app/kernel';
import type { RecordedStoredEvent } from '../ports/event-store.js';
import type { EventCodec } from '../sealing/codec.js';
import { sizeOf } from './size-of.js';
import { isOpened, type Followable } from './unopened.js';

export type Limits = { readonly events: number; readonly characters: number };

/** Opened when the first follower wants it. */
export type Kept = {
  readonly event: RecordedStoredEvent;
  readonly size: number;
  opened?: Followable;
  opening?: Promise<void>;
};

/** The last events of a subscription, numbered from its beginning; each is opened at most once. */
export class KeptEvents {
  private kept: Kept[] = [];
  private size = 0;
  /** Number of the oldest one. */
  first = 0;

  constructor(private readonly codec: EventCodec) {}

  /** Number of the next event. */
  get end(): number {
    return this.first + this.kept.length;
  }

  add(event: RecordedStoredEvent): void {
    const size = sizeOf(event);
    this.kept.push({ event, size });
    this.size += size;
  }

  /** At most `limit` events from a number on. */
  from(number: number, limit: number): readonly Kept[] {
    return this.kept.slice(number - this.first, number - this.first + limit);
  }

  /** Number of the first event after a position; `null` when one after it could not be opened. */
  numberAfter(position: Position): number | null {
    const index = this.kept.findLastIndex(({ event }) => event.position <= position) + 1;
    return this.kept.slice(index).some(({ opened }) => opened && !isOpened(opened)) ? null : this.first + index;
  }

  async open(events: readonly Kept[]): Promise<readonly Followable[]> {
    const sealed = events.filter(({ opened, opening }) => !opened && !opening);
    if (sealed.length > 0) {
      const opening = this.openTogether(sealed);
      for (const kept of sealed) kept.opening = opening;
    }
    await Promise.all(new Set(events.flatMap(({ opening }) => opening ?? [])));
    return events.flatMap(({ opened }) => opened ?? []);
  }

  private async openTogether(events: readonly Kept[]): Promise<void> {
    try {
      const opened = await this.codec.open(events.map(({ event }) => event));
      opened.forEach((event, index) => Object.assign(events[index] ?? {}, { opened: event }));
    } finally {
      for (const kept of events) delete kept.opening;
    }
  }

  /**
   * Forgets the oldest when there are too many; many at once, since it copies the others.
   * @returns the position of the newest one that was forgotten
   */
  forgetOldest({ events, characters }: Limits): Position | undefined {
    if (this.kept.length <= 3 * events && this.size <= 2 * characters) return undefined;
    let { size } = this;
    const fits = this.kept.findIndex((kept, index) => {
      const isWithin = this.kept.length - index <= 2 * events && size <= characters;
      size -= kept.size;
      return isWithin;
    });
    return this.forget(fits < 0 ? this.end : this.first + fits);
  }

  /** Forgets all events before this number, which is one of them or the next. @returns the position of the newest one that was forgotten */
  forget(number: number): Position | undefined {
    const forgotten = this.kept.splice(0, number - this.first);
    this.first += forgotten.length;
    for (const { size } of forgotten) this.size -= size;
    return forgotten.at(-1)?.event.position;
  }
}
