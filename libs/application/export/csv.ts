import { stringify } from 'csv-stringify/sync';
import { exportColumns, type ExportRow } from './export-columns.js';

/** Characters that start a formula in a spreadsheet, also in their full-width and small forms. */
const FORMULA = '=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212';
/** `\p{C}` and blanks: characters that a spreadsheet may drop from the start of a cell. */
const formulaStart = new RegExp(`(^|[;\\t\\r\\n])([\\s\\p{C}]*)(?=[${FORMULA}])`, 'gu');

/**
 * Puts an apostrophe before everything that a spreadsheet could take for a formula, so that the cell stays text: a phone
 * number becomes `'+15551234567`, and is not rounded to 1.55512E+10. This includes the start of a line and what follows a
 * semicolon, which separates cells in some languages. The library's own `escape_formulas` checks only the first character.
 */
export const withoutFormulas = (text: string): string =>
  text
    .replace(formulaStart, (_, before: string, blanks: string) => `${before}${blanks}'`)
    .replace(/^(?=[\t\r\n])/, "'");

const rows = (records: readonly object[], bom: boolean): string =>
  stringify([...records], {
    bom,
    columns: exportColumns.map(({ key }) => key),
    quoted: true,
    record_delimiter: 'windows',
    cast: { string: withoutFormulas },
  });

/** Comma-separated values as in RFC 4180. The byte order mark lets spreadsheets recognize UTF-8. */
export const csv = {
  mediaType: 'text/csv; charset=utf-8',
  start: (): string => rows([Object.fromEntries(exportColumns.map(({ key, header }) => [key, header]))], true),
  rows: (messages: readonly ExportRow[]): string => rows(messages, false),
  end: '',
};
