import type { Logger } from '@nestjs/common';
import { UnusableData } from '@app/eventing';
import { logFailure } from './problem.filter.js';

describe('U3: what is logged of a failure', () => {
  const logged = (error: unknown): string => {
    const lines: unknown[] = [];
    logFailure({ error: (line: unknown) => lines.push(line) } as unknown as Logger, error, 'request-1');
    return JSON.stringify(lines);
  };

  it('is its kind and place, not its message, whatever that looks like', () => {
    const line = logged(new RangeError('Rita wrote:\n    at home (file:///tmp/+14155550132:1:1)'));
    expect(line).toContain('RangeError');
    expect(line).toContain('request-1');
    expect(line).toContain('problem.filter.spec');
    expect(line).not.toMatch(/Rita|home|\+1415/);
  });

  it('is also the message where it is for operators', () => {
    expect(logged(new UnusableData('Stream consent-1 is damaged'))).toContain('Stream consent-1 is damaged');
  });

  it('is nothing of a thing thrown that is no error', () => {
    expect(logged('Rita wrote')).not.toContain('Rita');
    expect(logged({ message: 'Rita wrote', stack: '    at Rita' })).not.toContain('Rita');
  });
});
