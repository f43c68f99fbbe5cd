import { newRecord, projectionSpec, sampleOf } from '@app/testing';
import { usageProjection } from './usage.projection.js';

const usage = projectionSpec(usageProjection);

describe('usage', () => {
  it('U5: counts the texts that a program sends, by staff and automated ones, and nothing else', () => {
    const record = newRecord();
    const sent = record('conversation-c1', sampleOf('MessageSent'));
    const automated = record('conversation-c2', sampleOf('AutomatedTextSent'));
    usage.given(sent).when(automated).then({ texts: 2 });
    usage
      .given(sent)
      .when(record('conversation-c1', sampleOf('MessageReceived')))
      .thenNothing();
    usage
      .given(sent)
      .when(record('conversation-c1', sampleOf('SendRefused')))
      .thenNothing();
  });

  it('U5: starts again each day, in UTC, by the time a text was accepted', () => {
    const record = newRecord();
    const on = (occurredAt: string) => {
      const event = record('conversation-c1', sampleOf('AutomatedTextSent'));
      return { ...event, metadata: { ...event.metadata, occurredAt } };
    };
    const [first, second, next, late] = [
      '2026-01-05T00:00:00.000Z',
      '2026-01-05T23:59:59.999Z',
      '2026-01-06T00:00:00.000Z',
      '2026-01-05T23:59:59.999Z',
    ].map(on);
    if (!first || !second || !next || !late) throw new Error();
    usage.given(first).when(second).then({ day: '2026-01-05', texts: 2 });
    usage.given(first, second).when(next).then({ day: '2026-01-06', texts: 1 });
    usage.given(first, second, next).when(late).then({ day: '2026-01-06', texts: 1 });
  });
});
