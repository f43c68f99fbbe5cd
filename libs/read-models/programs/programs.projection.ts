import { reasonInWords } from '@app/domain/delivery';
import { scopeKey, type HoldEvent, type HoldScope } from '@app/domain/hold';
import type { ProgramEvent } from '@app/domain/program';
import { defineReadModel } from '../define-read-model.js';

/** Why texts of a number, or emails, wait. `country` is the calling code if only texts to that country wait. */
export type HoldView = {
  readonly scope: string;
  readonly kind: HoldScope['kind'];
  readonly country: string | null;
  readonly code: string;
  readonly reason: string;
  readonly since: string;
  readonly nextTryAt: string;
};
/** `held`: nothing is sent from this number at present. */
export type SenderView = {
  readonly id: string;
  readonly phone: string;
  readonly state: 'sending' | 'held';
  readonly holds: readonly HoldView[];
};

/** The data of a program shown in lists; never a token or an account. */
export type ProgramRow = {
  readonly id: string;
  readonly programId: string;
  readonly name: string;
  readonly senders: readonly SenderView[];
  readonly emailHold: HoldView | null;
  /** Whether the program has any hold. */
  readonly isHeld: boolean;
  /** How often accounts and tokens were set or changed: holds for older ones have ended. */
  readonly credentials: number;
};

export const programsProjection = defineReadModel<ProgramRow>()({
  name: 'programs',
  handles: [
    'ProgramCreated',
    'ProgramRenamed',
    'SenderAdded',
    'SenderCredentialsChanged',
    'SendingHeld',
    'SendingTried',
    'SendingResumed',
  ],
  indexes: { held: ['isHeld'] },
  touches: (event) => event.aggregateId,
  evolve(row, event) {
    if (event.type === 'ProgramCreated')
      return {
        id: event.aggregateId,
        programId: event.metadata.programId,
        name: event.data.name,
        senders: [],
        emailHold: null,
        isHeld: false,
        credentials: 0,
      };
    return row && withState(next(row, event));
  },
});

function next(
  row: ProgramRow,
  event: Exclude<
    ProgramEvent | HoldEvent,
    {
      type:
        | 'ProgramCreated'
        | 'OptInTextChanged'
        | 'PolicyChanged'
        | 'TokenRotationEnded'
        | 'WidgetOriginsSet'
        | 'LinkTemplatesChanged';
    }
  >,
): ProgramRow {
  switch (event.type) {
    case 'ProgramRenamed':
      return { ...row, name: event.data.name };
    case 'SenderAdded': {
      const { senderId: id, phone } = event.data;
      return {
        ...row,
        senders: [...row.senders.map(freed), { id, phone, state: 'sending', holds: [] }],
        credentials: row.credentials + 1,
      };
    }
    case 'SenderCredentialsChanged':
      return { ...row, senders: row.senders.map(freed), credentials: row.credentials + 1 };
    case 'SendingHeld': {
      const { scope, senderIds, code, credentials, since, nextTryAt } = event.data;
      if (scope.kind !== 'email' && credentials < row.credentials) return row;
      const hold: HoldView = {
        scope: scopeKey(scope),
        kind: scope.kind,
        country: scope.kind === 'country' ? scope.country : null,
        code,
        reason: reasonInWords(code),
        since,
        nextTryAt,
      };
      if (scope.kind === 'email') return { ...row, emailHold: hold };
      return eachSender(row, (sender) =>
        senderIds.includes(sender.id) ? [...without(sender.holds, hold.scope), hold] : sender.holds,
      );
    }
    case 'SendingTried': {
      const { scope, nextTryAt } = event.data;
      const later = (hold: HoldView): HoldView => (hold.scope === scopeKey(scope) ? { ...hold, nextTryAt } : hold);
      return { ...eachSender(row, ({ holds }) => holds.map(later)), emailHold: row.emailHold && later(row.emailHold) };
    }
    case 'SendingResumed': {
      const { scope } = event.data;
      return scope.kind === 'email'
        ? { ...row, emailHold: null }
        : eachSender(row, ({ holds }) => without(holds, scopeKey(scope)));
    }
  }
}

const freed = (sender: SenderView): SenderView => ({ ...sender, holds: [] });
const without = (holds: readonly HoldView[], scope: string): readonly HoldView[] =>
  holds.filter((hold) => hold.scope !== scope);
const eachSender = (row: ProgramRow, holdsOf: (sender: SenderView) => readonly HoldView[]): ProgramRow => ({
  ...row,
  senders: row.senders.map((sender) => ({ ...sender, holds: holdsOf(sender) })),
});

function withState(row: ProgramRow): ProgramRow {
  const senders = row.senders.map((sender): SenderView => ({
    ...sender,
    state: sender.holds.some(({ kind }) => kind !== 'country') ? 'held' : 'sending',
  }));
  return { ...row, senders, isHeld: row.emailHold !== null || senders.some(({ holds }) => holds.length > 0) };
}
