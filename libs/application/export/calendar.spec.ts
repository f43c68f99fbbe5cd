import { periodOf, rowOf } from './calendar.js';

const newYork = 'America/New_York';

describe('X1: the days of an export', () => {
  it('are calendar days in the program’s time zone', () => {
    expect(periodOf({ from: '2026-01-05', to: '2026-01-06' }, newYork)).toEqual({
      after: '2026-01-05T04:59:59.999Z',
      upTo: '2026-01-07T04:59:59.999Z',
    });
    expect(periodOf({ from: '2026-01-05', to: '2026-01-06' }, 'UTC')).toEqual({
      after: '2026-01-04T23:59:59.999Z',
      upTo: '2026-01-06T23:59:59.999Z',
    });
  });

  it('have 23 hours when the clock is set forward, and may begin after midnight', () => {
    expect(periodOf({ from: '2026-03-08', to: '2026-03-08' }, newYork)).toEqual({
      after: '2026-03-08T04:59:59.999Z',
      upTo: '2026-03-09T03:59:59.999Z',
    });
    expect(periodOf({ from: '2018-11-04', to: '2018-11-04' }, 'America/Sao_Paulo')).toEqual({
      after: '2018-11-04T02:59:59.999Z',
      upTo: '2018-11-05T01:59:59.999Z',
    });
  });

  it('have no limit when they are not given', () => {
    expect(periodOf({ from: null, to: null }, newYork)).toEqual({ after: null, upTo: null });
  });

  it('are shown in the same zone', () => {
    const message = { messageId: 'm', threadId: 't', fullName: '', from: '', to: '', status: 'sent', message: '' };
    expect(rowOf({ ...message, at: '2026-01-06T04:30:15.250Z' }, newYork)).toEqual({
      ...message,
      created: '2026-01-05',
      time: '23:30:15',
    });
  });
});
