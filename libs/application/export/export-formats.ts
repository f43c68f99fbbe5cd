import { csv } from './csv.js';
import type { ExportedMessage } from './exported-message.js';
import { html } from './html.js';

/** How a file is written: `start`, then the rows of each page, then `end`. */
type Format = {
  readonly mediaType: string;
  start(title: string): string;
  rows(messages: readonly ExportedMessage[]): string;
  readonly end: string;
};

export const exportFormats = { csv, html } as const satisfies Record<string, Format>;
