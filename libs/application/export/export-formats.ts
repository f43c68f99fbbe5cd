import { csv } from './csv.js';
import type { ExportAbout, ExportRow } from './export-columns.js';
import { html } from './html.js';

/** How a file is written: `start`, then the rows of each page, then `end`. */
type Format = {
  readonly mediaType: string;
  start(about: ExportAbout): string;
  rows(messages: readonly ExportRow[]): string;
  readonly end: string;
};

export const exportFormats = { csv, html } as const satisfies Record<string, Format>;
