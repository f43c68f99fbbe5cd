import { deciderSpec } from '@app/testing';
import {
  exportDecider,
  ExportDayMissing,
  ExportEndsBeforeStart,
  ExportTooLong,
  type ExportCommand,
} from './export.decider.js';
import type { ExportEvent } from './export.events.js';

const file = deciderSpec(exportDecider);
const data = (from: string | null, to: string | null) =>
  ({ exportId: 'export-1', conversationId: 'conversation-1', format: 'csv', by: 'anna', from, to }) as const;
const ask = (...days: Parameters<typeof data>): ExportCommand => ({ type: 'ExportConversation', data: data(...days) });
const exported = (...days: Parameters<typeof data>): ExportEvent => ({
  type: 'ConversationExported',
  data: data(...days),
});

describe('X1: the export of one conversation', () => {
  it.each([
    ['the whole thread', null, null],
    ['one day', '2026-01-05', '2026-01-05'],
    ['30 days apart', '2026-01-01', '2026-01-31'],
    ['30 days apart, over the end of February', '2028-02-10', '2028-03-11'],
  ])('of %s is recorded with who asked for it', (_, from, to) => {
    file.given().when(ask(from, to)).then(exported(from, to));
    file.given(exported(from, to)).when(ask(from, to)).thenNothing();
  });

  it.each([
    ['2026-01-01', '2026-02-01', ExportTooLong],
    ['2025-01-01', '2026-01-01', ExportTooLong],
    ['2026-01-06', '2026-01-05', ExportEndsBeforeStart],
    ['2026-01-06', null, ExportDayMissing],
    [null, '2026-01-05', ExportDayMissing],
  ])('from %p to %p is refused', (from, to, error) => file.given().when(ask(from, to)).thenThrows(error));
});
