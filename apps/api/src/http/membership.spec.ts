import type { Lookups } from '@app/application';
import { EngineUnavailable } from '@app/eventing';
import type { Identity } from '@app/platform';
import type { Permitted } from '@app/kernel';
import { PortalClosed } from '../portal/contact-active.js';
import { Membership, NotAMember } from './membership.js';

const anna: Identity = { programId: 'p', id: 'anna', kind: 'member' };

describe('G4: the membership of a caller', () => {
  let members: Map<string, Permitted>;
  let isAway: boolean;
  let isRemoved: boolean;
  let asked: string[];
  let membership: Membership;
  beforeEach(() => {
    jest.useFakeTimers();
    [members, isAway, asked] = [new Map([['p anna', { role: 'agent' }]]), false, []];
    const member = (programId: string, userId: string): Promise<object | null> => {
      asked.push(userId);
      return isAway
        ? Promise.reject(new EngineUnavailable('EventStoreDB'))
        : Promise.resolve(members.get(`${programId} ${userId}`) ?? null);
    };
    isRemoved = false;
    membership = new Membership({ member, isRemoved: async () => isRemoved } as unknown as Lookups);
  });
  afterEach(() => jest.useRealTimers());

  it('is looked up once a minute, not once per request', async () => {
    await Promise.all(Array.from({ length: 20 }, () => membership.callerOf(anna)));
    jest.advanceTimersByTime(40_000);
    await membership.callerOf(anna);
    expect(asked).toEqual(['anna']);
  });

  it('ends within a minute of the removal', async () => {
    await membership.callerOf(anna);
    members.clear();
    jest.advanceTimersByTime(60_000);
    await expect(membership.callerOf(anna)).rejects.toBeInstanceOf(NotAMember);
  });

  it('is not that of another program, and starts soon after somebody is added', async () => {
    await expect(membership.callerOf({ ...anna, programId: 'q' })).rejects.toBeInstanceOf(NotAMember);
    members.set('q anna', { role: 'agent' });
    jest.advanceTimersByTime(5_000);
    await membership.callerOf({ ...anna, programId: 'q' });
  });

  it('is cached for the rest of the minute while the event store is unavailable; then nobody can tell', async () => {
    await membership.callerOf(anna);
    isAway = true;
    jest.advanceTimersByTime(40_000);
    await membership.callerOf(anna);
    jest.advanceTimersByTime(20_000);
    await expect(membership.callerOf(anna)).rejects.toBeInstanceOf(EngineUnavailable);
    isAway = false;
    await membership.callerOf(anna);
  });

  it('has the role and permissions of the member, changed within a minute', async () => {
    expect(await membership.callerOf(anna)).toMatchObject({ ...anna, role: 'agent' });
    members.set('p anna', { role: 'manager', withdrawn: ['members:read'] });
    jest.advanceTimersByTime(60_000);
    const { role, permissions } = await membership.callerOf(anna);
    expect(role).toBe('manager');
    expect(permissions).toContain('deliveries:settle');
    expect(permissions).not.toContain('members:read');
  });

  it('R5: a contact needs none, and has no access within a minute of being removed', async () => {
    const contact = { ...anna, kind: 'contact' } as const;
    expect(await membership.callerOf(contact)).toEqual({
      ...contact,
      role: 'contact',
      permissions: ['messages:read', 'notifications', 'portal'],
    });
    expect(asked).toEqual([]);
    isRemoved = true;
    jest.advanceTimersByTime(60_000);
    await expect(membership.callerOf(contact)).rejects.toBeInstanceOf(PortalClosed);
    isRemoved = false;
    jest.advanceTimersByTime(5_000);
    await membership.callerOf(contact);
  });
});
