import { DateTime } from 'luxon';
import type { ExportDays } from '@app/domain/export';
import type { ExportedMessage, ExportedPeriod } from '@app/read-models';
import type { ExportRow } from './export-columns.js';

/** The time of these calendar days in the zone, also where a day has 23 or 25 hours. */
export const periodOf = ({ from, to }: ExportDays, zone: string): ExportedPeriod => ({
  after: from && lastInstantBefore(DateTime.fromISO(from, { zone })),
  upTo: to && lastInstantBefore(DateTime.fromISO(to, { zone }).plus({ days: 1 })),
});

const lastInstantBefore = (day: DateTime): string => new Date(day.startOf('day').toMillis() - 1).toISOString();

/** The row of a message, with its date and time in the zone. */
export function rowOf({ at, ...message }: ExportedMessage, zone: string): ExportRow {
  const time = DateTime.fromISO(at, { zone });
  return { ...message, created: time.toFormat('yyyy-MM-dd'), time: time.toFormat('HH:mm:ss') };
}
