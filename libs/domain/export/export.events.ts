import type { EventTypes, Message } from '@app/kernel';

export const exportFormats = ['csv', 'html'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The first and the last calendar day (2026-01-31) of an export, in the program's time zone; `null`: no limit. */
export type ExportDays = { readonly from: string | null; readonly to: string | null };

/** A member of staff got a file with the messages of one conversation. */
export type ConversationExported = Message<
  'ConversationExported',
  ExportDays & { exportId: string; conversationId: string; format: ExportFormat; by: string }
>;

export type ExportEvent = ConversationExported;

export const exportEventTypes = {
  ConversationExported: { version: 1 },
} as const satisfies EventTypes<ExportEvent>;
