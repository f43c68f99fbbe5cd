import { deciderSpec } from '@app/testing';
import {
  exportDecider,
  ExportDayMissing,
  ExportEndsBeforeStart,
  ExportGone,
  ExportNotFinished,
  ExportNotFound,
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

describe('X2: an export of all messages', () => {
  const [exportId, by, expiresAt] = ['export-1', 'olivia', '2026-01-06T09:00:00.000Z'];
  const requestOf = (from: string | null, to: string | null) => ({ exportId, from, to, by, expiresAt });
  const request: ExportCommand = { type: 'RequestExport', data: requestOf(null, null) };
  const requested: ExportEvent = { type: 'ExportRequested', data: requestOf(null, null) };
  const part = (name: string, cursor: string | null) =>
    ({ exportId, part: name, rows: 10, bytes: 100, cursor, percent: 50 }) as const;
  const write = (after: number, name: string, cursor: string | null): ExportCommand => ({
    type: 'WritePart',
    data: { ...part(name, cursor), after },
  });
  const written = (name: string, cursor: string | null): ExportEvent => ({
    type: 'ExportPartWritten',
    data: part(name, cursor),
  });
  const about = { exportId };
  const finished: ExportEvent = { type: 'ExportFinished', data: about };
  const withdrawn: ExportEvent = { type: 'ExportWithdrawn', data: about };
  const expired: ExportEvent = { type: 'ExportExpired', data: about };
  const withdraw: ExportCommand = { type: 'WithdrawExport', data: about };
  const expire = (at: string): ExportCommand => ({ type: 'ExpireExport', data: { exportId, at } });
  const download: ExportCommand = { type: 'DownloadExport', data: { exportId, by } };
  const done = [requested, written('a', null), finished];

  it('is requested once, for any days in order', () => {
    file.given().when(request).then(requested);
    file.given(requested).when(request).thenNothing();
    const days = requestOf('2020-01-01', '2026-01-01');
    file.given().when({ type: 'RequestExport', data: days }).then({ type: 'ExportRequested', data: days });
    file
      .given()
      .when({ type: 'RequestExport', data: requestOf('2026-01-02', '2026-01-01') })
      .thenThrows(ExportEndsBeforeStart);
  });

  it('has each part once, whoever writes it, and is finished with the last one', () => {
    file
      .given(requested)
      .when(write(0, 'a', 'c1'))
      .then(written('a', 'c1'));
    file
      .given(requested, written('a', 'c1'))
      .when(write(0, 'b', 'c1'))
      .thenNothing();
    file
      .given(requested, written('a', 'c1'))
      .when(write(1, 'b', null))
      .then(written('b', null), finished);
  });

  it.each([
    ['withdrawn', withdrawn],
    ['expired', expired],
  ])('gets no more parts and no download once it is %s', (_, end) => {
    file
      .given(requested, end)
      .when(write(0, 'a', null))
      .thenNothing();
    file
      .given(...done, end)
      .when(download)
      .thenThrows(ExportGone);
  });

  it('records each download of a finished file', () => {
    file
      .given(...done)
      .when(download)
      .then({ type: 'ExportDownloaded', data: { exportId, by } });
    file.given(requested).when(download).thenThrows(ExportNotFinished);
    file.given().when(download).thenThrows(ExportNotFound);
    file.given(exported(null, null)).when(download).thenThrows(ExportNotFound);
  });

  it('is withdrawn once, also while it is written', () => {
    file.given(requested).when(withdraw).then(withdrawn);
    file
      .given(...done)
      .when(withdraw)
      .then(withdrawn);
    file
      .given(...done, withdrawn)
      .when(withdraw)
      .thenNothing();
    file
      .given(...done, expired)
      .when(withdraw)
      .thenNothing();
    file.given().when(withdraw).thenNothing();
  });

  it('expires at its time, also when it is not finished or was withdrawn', () => {
    for (const given of [[requested], done, [...done, withdrawn]])
      file
        .given(...given)
        .when(expire(expiresAt))
        .then(expired);
    file
      .given(...done)
      .when(expire('2026-01-06T08:59:59.999Z'))
      .thenNothing();
    file
      .given(...done, expired)
      .when(expire(expiresAt))
      .thenNothing();
    file.given(exported(null, null)).when(expire(expiresAt)).thenNothing();
  });
});
