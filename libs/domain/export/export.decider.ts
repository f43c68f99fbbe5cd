import { decideByType, DomainError, type Decider, type Message } from '@app/kernel';
import type { ConversationExported, ExportDays, ExportEvent } from './export.events.js';

export type ExportCommand = Message<'ExportConversation', ConversationExported['data']>;

export type Export = { readonly status: 'none' | 'made' };

/** Between the first and the last day of an export of one conversation. */
export const MOST_DAYS_APART = 30;
const DAY_MS = 24 * 60 * 60 * 1_000;

export const exportDecider: Decider<Export, ExportCommand, ExportEvent> = {
  initialState: { status: 'none' },

  decide: decideByType<Export, ExportCommand, ExportEvent>({
    ExportConversation(data, { status }) {
      checkDays(data);
      return status === 'none' ? [{ type: 'ConversationExported', data }] : [];
    },
  }),

  evolve: () => ({ status: 'made' }),
};

/** @throws ExportDayMissing, ExportEndsBeforeStart, ExportTooLong */
function checkDays({ from, to }: ExportDays): void {
  if (from === null && to === null) return;
  if (from === null) throw new ExportDayMissing('from');
  if (to === null) throw new ExportDayMissing('to');
  if (to < from) throw new ExportEndsBeforeStart();
  if (Date.parse(to) - Date.parse(from) > MOST_DAYS_APART * DAY_MS) throw new ExportTooLong();
}

abstract class ExportDaysInvalid extends DomainError {
  override readonly kind = 'invalid';
}

export class ExportDayMissing extends ExportDaysInvalid {
  readonly code = 'ExportDayMissing';
  constructor(override readonly field: 'from' | 'to') {
    super('Give the first day (from) and the last day (to), or neither for the whole conversation');
  }
}
export class ExportEndsBeforeStart extends ExportDaysInvalid {
  readonly code = 'ExportEndsBeforeStart';
  override readonly field = 'to';
  constructor() {
    super('The last day must not be before the first');
  }
}
export class ExportTooLong extends ExportDaysInvalid {
  readonly code = 'ExportTooLong';
  override readonly field = 'to';
  constructor() {
    super(
      `The days must be at most ${MOST_DAYS_APART} days apart; give a later first day, or none for the whole conversation`,
    );
  }
}
