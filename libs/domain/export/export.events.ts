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
/** A member of staff asked for a file with all messages. It is made in the background, and deleted at `expiresAt`. */
export type ExportRequested = Message<
  'ExportRequested',
  ExportDays & { exportId: string; by: string; expiresAt: string }
>;
/**
 * The next part of the file is stored. `cursor` says where the following part starts, `null` for the last one; `percent`
 * is an estimate.
 */
export type ExportPartWritten = Message<
  'ExportPartWritten',
  { exportId: string; part: string; rows: number; bytes: number; cursor: string | null; percent: number }
>;
/** The file can be downloaded. */
export type ExportFinished = Message<'ExportFinished', { exportId: string }>;
/** A member of staff downloaded the file, signed in or by a link that was made for them. */
export type ExportDownloaded = Message<'ExportDownloaded', { exportId: string; by: string }>;
/** Content of the program was erased, so the file is deleted; it may contain this content. */
export type ExportWithdrawn = Message<'ExportWithdrawn', { exportId: string }>;
/** The file was deleted because its time was over. */
export type ExportExpired = Message<'ExportExpired', { exportId: string }>;

export type ExportEvent =
  | ConversationExported
  | ExportRequested
  | ExportPartWritten
  | ExportFinished
  | ExportDownloaded
  | ExportWithdrawn
  | ExportExpired;

export const exportEventTypes = {
  ConversationExported: { version: 1 },
  ExportRequested: { version: 1 },
  ExportPartWritten: { version: 1 },
  ExportFinished: { version: 1 },
  ExportDownloaded: { version: 1 },
  ExportWithdrawn: { version: 1 },
  ExportExpired: { version: 1 },
} as const satisfies EventTypes<ExportEvent>;
