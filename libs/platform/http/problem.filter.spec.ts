import type { Logger } from '@nestjs/common';
import { UnusableData } from '@app/eventing';
import { logFailure } from './problem.filter.js';

describe('U3: the log of a failure', () => {
  const logged = (error: unknown): string => {
    const lines: unknown[] = [];
    logFailure({ error: (line: unknown) => lines.push(line) } as unknown as Logger, error, 'request-1');
    return JSON.stringify(lines);
  };

  it('contains its kind and place, never its message', () => {
    const line = logged(new RangeError('Rita wrote:\n    at home (file:///tmp/+14155550132:1:1)'));
    expect(line).toContain('RangeError');
    expect(line).toContain('request-1');
    expect(line).toContain('problem.filter.spec');
    expect(line).not.toMatch(/Rita|home|\+1415/);
  });

  it('contains the message if it is for operators', () => {
    expect(logged(new UnusableData('Stream consent-1 is damaged'))).toContain('Stream consent-1 is damaged');
  });

  it('contains nothing of a thrown value that is not an error', () => {
    expect(logged('Rita wrote')).not.toContain('Rita');
    expect(logged({ message: 'Rita wrote', stack: '    at Rita' })).not.toContain('Rita');
  });
});
