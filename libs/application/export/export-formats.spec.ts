import fc from 'fast-check';
import { withoutFormulas } from './csv.js';
import { exportFormats } from './export-formats.js';
import type { ExportRow } from './export-columns.js';

const message: ExportRow = {
  messageId: 'm1',
  threadId: 't1',
  created: '2026-01-05',
  time: '09:00:00',
  fullName: 'Rita Reyes (+15551234567)',
  from: '+15551234567',
  to: '+15550001111',
  status: 'received',
  message: 'Hello',
};

describe('X3: a CSV file', () => {
  it('has the columns of Download All, in their order, and a mark that it is UTF-8', () => {
    expect(exportFormats.csv.start()).toBe(
      '\ufeff"Message ID","Thread ID","Created","Time","Full Name","From","To","Status","Message"\r\n',
    );
  });

  it('has each message in one line of quoted cells, and phone numbers that can be read', () => {
    expect(exportFormats.csv.rows([{ ...message, message: 'He said "hi", twice' }])).toBe(
      '"m1","t1","2026-01-05","09:00:00","Rita Reyes (+15551234567)","\'+15551234567","\'+15550001111","received","He said ""hi"", twice"\r\n',
    );
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1+1', "'+1+1"],
    ['-1+1', "'-1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tHi', "'\tHi"],
    ['\rHi', "'\rHi"],
    ['\uff1d1+1', "'\uff1d1+1"],
    ['\uff0b1', "'\uff0b1"],
    ['\uff0d1', "'\uff0d1"],
    ['\uff20A1', "'\uff20A1"],
    ['  =1+1', "  '=1+1"],
    ['\u200b=1+1', "\u200b'=1+1"],
    ['\ufeff=1+1', "\ufeff'=1+1"],
    ['Hi;=1+1', "Hi;'=1+1"],
    ['Hi\n=1+1', "Hi\n'=1+1"],
    ["'=1+1", "'=1+1"],
    ['1+1=2', '1+1=2'],
    ['me@example.org', 'me@example.org'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => expect(withoutFormulas(text)).toBe(expected));

  it('has no cell that starts a formula, whatever people write and however a spreadsheet separates cells', () => {
    const unit = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\uff1d',
      '\t',
      '\r',
      '\n',
      ';',
      ',',
      '"',
      ' ',
      '\u200b',
      'a',
      '1',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        const written = withoutFormulas(text);
        for (const cell of [written, ...written.split(/[;\t\r\n]/)])
          expect(cell.replace(/^[\s\p{C}]+/u, '')).not.toMatch(/^[=+\-@\uff1d\uff0b\uff0d\uff20]/);
        expect(written).not.toMatch(/^[\t\r\n]/);
        expect(written.replaceAll("'", '')).toBe(text);
      }),
    );
  });
});

describe('X3: an HTML file', () => {
  const attack = `<script>alert('1')</script> & "quoted"`;
  const escaped = '&lt;script&gt;alert(&#39;1&#39;)&lt;&#x2F;script&gt; &amp; &quot;quoted&quot;';

  it('escapes what people wrote, and their names', () => {
    const rows = exportFormats.html.rows([{ ...message, message: attack, fullName: attack }]);
    expect(rows.split(escaped)).toHaveLength(3);
    expect(rows).not.toContain('<script');
    expect(exportFormats.html.start({ contact: attack, timeZone: 'UTC' })).not.toContain('<script');
  });

  it('keeps every cell, also an empty one', () => {
    const rows = exportFormats.html.rows([{ ...message, message: '' }]);
    expect(rows.match(/<td/g)).toHaveLength(9);
    expect(rows).toContain('<td dir="auto">+15551234567</td>');
  });

  it('may run and load nothing when it is opened', () => {
    expect(exportFormats.html.start({ contact: '', timeZone: 'UTC' })).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'"`,
    );
  });
});
