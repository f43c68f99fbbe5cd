import { decideByType, DomainError, type Decider, type Message } from '@app/kernel';
import type {
  ConversationExported,
  ExportDays,
  ExportEvent,
  ExportPartWritten,
  ExportRequested,
} from './export.events.js';

type OfExport = { readonly exportId: string };

export type ExportCommand =
  | Message<'ExportConversation', ConversationExported['data']>
  | Message<'RequestExport', ExportRequested['data']>
  /** `after`: how many parts there are before this one. */
  | Message<'WritePart', ExportPartWritten['data'] & { readonly after: number }>
  | Message<'DownloadExport', OfExport & { readonly by: string }>
  | Message<'WithdrawExport', OfExport>
  /** `at`: the time that has come. */
  | Message<'ExpireExport', OfExport & { readonly at: string }>;

export type Export =
  | { readonly status: 'none' | 'conversation' }
  | {
      readonly status: 'running' | 'finished' | 'withdrawn' | 'expired';
      readonly parts: number;
      readonly expiresAt: string;
    };

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
    RequestExport(data, { status }) {
      checkOrder(data);
      return status === 'none' ? [{ type: 'ExportRequested', data }] : [];
    },
    // Another process may have written the same part, and what was withdrawn or is over gets no more parts.
    WritePart({ after, ...data }, state) {
      if (state.status !== 'running' || state.parts !== after) return [];
      const { exportId, cursor } = data;
      const written: ExportEvent = { type: 'ExportPartWritten', data };
      return cursor === null ? [written, { type: 'ExportFinished', data: { exportId } }] : [written];
    },
    DownloadExport(data, { status }) {
      if (status === 'running') throw new ExportNotFinished();
      if (status === 'withdrawn' || status === 'expired') throw new ExportGone();
      if (status !== 'finished') throw new ExportNotFound();
      return [{ type: 'ExportDownloaded', data }];
    },
    WithdrawExport: (data, { status }) =>
      status === 'running' || status === 'finished' ? [{ type: 'ExportWithdrawn', data }] : [],
    ExpireExport({ exportId, at }, state) {
      const isOver = 'parts' in state && state.status !== 'expired' && state.expiresAt <= at;
      return isOver ? [{ type: 'ExportExpired', data: { exportId } }] : [];
    },
  }),

  evolve(state, event) {
    if (event.type === 'ConversationExported') return { status: 'conversation' };
    if (event.type === 'ExportRequested') return { status: 'running', parts: 0, expiresAt: event.data.expiresAt };
    if (!('parts' in state)) return state;
    switch (event.type) {
      case 'ExportPartWritten':
        return { ...state, parts: state.parts + 1 };
      case 'ExportFinished':
        return { ...state, status: 'finished' };
      case 'ExportDownloaded':
        return state;
      case 'ExportWithdrawn':
        return { ...state, status: 'withdrawn' };
      case 'ExportExpired':
        return { ...state, status: 'expired' };
    }
  },
};

/** @throws ExportDayMissing, ExportEndsBeforeStart, ExportTooLong */
function checkDays({ from, to }: ExportDays): void {
  if (from === null && to === null) return;
  if (from === null) throw new ExportDayMissing('from');
  if (to === null) throw new ExportDayMissing('to');
  checkOrder({ from, to });
  if (Date.parse(to) - Date.parse(from) > MOST_DAYS_APART * DAY_MS) throw new ExportTooLong();
}

/** @throws ExportEndsBeforeStart */
function checkOrder({ from, to }: ExportDays): void {
  if (from !== null && to !== null && to < from) throw new ExportEndsBeforeStart();
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
export class ExportNotFound extends DomainError {
  readonly code = 'ExportNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('There is no such export');
  }
}
export class ExportNotFinished extends DomainError {
  readonly code = 'ExportNotFinished';
  constructor() {
    super('The file is still being made; ask again when the export is finished');
  }
}
export class ExportGone extends DomainError {
  readonly code = 'ExportGone';
  override readonly kind = 'gone';
  constructor() {
    super('The file was deleted, because its time is over or content was erased; request a new export');
  }
}
