import mustache from 'mustache';
import { exportColumns, type ExportAbout, type ExportRow } from './export-columns.js';

// The file is opened from a disk, without headers, so it has its own policy: it runs and loads nothing.
const start = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Messages</title>
<style>
body { font-family: sans-serif; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: 0.3em 0.5em; text-align: start; vertical-align: top; }
td { white-space: pre-wrap; }
</style>
</head>
<body>
<h1>Messages{{#contact}} with {{contact}}{{/contact}}</h1>
<p>Times are in the zone {{timeZone}}.</p>
<table>
<thead><tr>{{#columns}}<th>{{header}}</th>{{/columns}}</tr></thead>
<tbody>
`;
const row = `<tr>{{#cells}}<td dir="auto">{{.}}</td>{{/cells}}</tr>
`;

/** A page with one table. The template escapes every value. */
export const html = {
  mediaType: 'text/html; charset=utf-8',
  start: (about: ExportAbout): string => mustache.render(start, { ...about, columns: exportColumns }),
  rows: (messages: readonly ExportRow[]): string =>
    messages.map((message) => mustache.render(row, { cells: exportColumns.map(({ key }) => message[key]) })).join(''),
  end: '</tbody>\n</table>\n</body>\n</html>\n',
};
