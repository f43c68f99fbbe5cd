import type { Lookups } from '@app/application';
import { EngineUnavailable } from '@app/eventing';
import type { CallerIdentity } from '@app/platform';
import { Membership, NotAMember } from './membership.js';

const anna: CallerIdentity = { programId: 'p', id: 'anna', role: 'agent' };

describe('G4: the membership of a caller', () => {
  let members: Set<string>;
  let isAway: boolean;
  let asked: string[];
  let membership: Membership;
  beforeEach(() => {
    jest.useFakeTimers();
    [members, isAway, asked] = [new Set(['p anna']), false, []];
    const member = (programId: string, userId: string): Promise<object | null> => {
      asked.push(userId);
      return isAway
        ? Promise.reject(new EngineUnavailable('EventStoreDB'))
        : Promise.resolve(members.has(`${programId} ${userId}`) ? { role: 'agent' } : null);
    };
    membership = new Membership({ member } as unknown as Lookups);
  });
  afterEach(() => jest.useRealTimers());

  it('is looked up once a minute, not once per request', async () => {
    await Promise.all(Array.from({ length: 20 }, () => membership.check(anna)));
    jest.advanceTimersByTime(40_000);
    await membership.check(anna);
    expect(asked).toEqual(['anna']);
  });

  it('ends within a minute of the removal', async () => {
    await membership.check(anna);
    members.clear();
    jest.advanceTimersByTime(60_000);
    await expect(membership.check(anna)).rejects.toBeInstanceOf(NotAMember);
  });

  it('is not that of another program, and starts soon after somebody is added', async () => {
    await expect(membership.check({ ...anna, programId: 'q' })).rejects.toBeInstanceOf(NotAMember);
    members.add('q anna');
    jest.advanceTimersByTime(5_000);
    await membership.check({ ...anna, programId: 'q' });
  });

  it('is cached for the rest of the minute while the event store is unavailable; then nobody can tell', async () => {
    await membership.check(anna);
    isAway = true;
    jest.advanceTimersByTime(40_000);
    await membership.check(anna);
    jest.advanceTimersByTime(20_000);
    await expect(membership.check(anna)).rejects.toBeInstanceOf(EngineUnavailable);
    isAway = false;
    await membership.check(anna);
  });

  it('is not that of a former role, such as before they were removed and added again', async () => {
    await expect(membership.check({ ...anna, role: 'owner' })).rejects.toBeInstanceOf(NotAMember);
    await membership.check(anna);
  });

  it('is not looked up for a contact', async () => {
    await membership.check({ ...anna, role: 'contact' });
    expect(asked).toEqual([]);
  });
});
