import { memberRoles, type MemberRole } from '@app/kernel';
import { deciderSpec } from '@app/testing';
import {
  CannotChangeYourself,
  CannotRemoveYourself,
  memberDecider,
  MemberExists,
  MemberNotFound,
  NotAssignable,
  PermissionNotForRole,
  type MemberCommand,
} from './member.decider.js';
import type { MemberEvent } from './member.events.js';

const data = {
  programId: 'program-1',
  memberId: 'member-1',
  userId: 'anna',
  name: 'Anna Agent',
  email: 'anna@example.com',
  role: 'agent',
} as const;
const add: MemberCommand = { type: 'AddMember', data };
const added: MemberEvent = { type: 'MemberAdded', data };
const addedAs = (role: MemberRole): MemberEvent => ({ type: 'MemberAdded', data: { ...data, role } });

const about = { userId: 'anna', by: 'olivia' };
const toRole = (role: MemberRole): MemberCommand => ({
  type: 'ChangeMemberRole',
  data: { ...about, role },
});
const changedTo = (role: MemberRole): MemberEvent => ({ type: 'MemberRoleChanged', data: { ...about, role } });

const settle = { ...about, permission: 'deliveries:settle' } as const;
const write = { ...about, permission: 'conversations:write' } as const;
const give = (permission: typeof settle | typeof write): MemberCommand => ({
  type: 'GivePermission',
  data: permission,
});
const withdraw = (permission: typeof settle | typeof write): MemberCommand => ({
  type: 'WithdrawPermission',
  data: permission,
});
const given = (permission: typeof settle | typeof write): MemberEvent => ({
  type: 'PermissionGiven',
  data: permission,
});
const withdrawn = (permission: typeof settle | typeof write): MemberEvent => ({
  type: 'PermissionWithdrawn',
  data: permission,
});

const removal = { ...about, successor: 'alex' };
const removed: MemberEvent = { type: 'MemberRemoved', data: removal };
const remove: MemberCommand = { type: 'RemoveMember', data: { ...removal } };

describe('member', () => {
  const member = deciderSpec(memberDecider);

  it.each(memberRoles)('G4: has a role, such as %s', (role) =>
    member
      .given()
      .when({ type: 'AddMember', data: { ...data, role } })
      .then(addedAs(role)),
  );

  it('M9: is added once, and in another role not at all', () => {
    member.given(added).when(add).thenNothing();
    member.given(addedAs('reader')).when(add).thenThrows(MemberExists);
  });

  it('G4: gets another role from another person', () => {
    member.given(added).when(toRole('manager')).then(changedTo('manager'));
    member.given(added, changedTo('manager')).when(toRole('manager')).thenNothing();
    member.given().when(toRole('manager')).thenThrows(MemberNotFound);
    member.given(added, removed).when(toRole('manager')).thenThrows(MemberNotFound);
    member
      .given(addedAs('manager'))
      .when({ type: 'ChangeMemberRole', data: { userId: 'anna', by: 'anna', role: 'owner' } })
      .thenThrows(CannotChangeYourself);
  });

  it('G4: is given only a permission that the role may get, and not by themselves', () => {
    member.given(added).when(give(settle)).then(given(settle));
    member.given(added, given(settle)).when(give(settle)).thenNothing();
    member.given(addedAs('manager')).when(give(settle)).thenNothing();
    member.given(addedAs('reader')).when(give(settle)).thenThrows(PermissionNotForRole);
    member.given(addedAs('viewer')).when(give(write)).thenThrows(PermissionNotForRole);
    member
      .given(added)
      .when({ type: 'GivePermission', data: { ...settle, by: 'anna' } })
      .thenThrows(CannotChangeYourself);
  });

  it('G4: can lose any permission and get it back', () => {
    member.given(added).when(withdraw(write)).then(withdrawn(write));
    member.given(added, withdrawn(write)).when(withdraw(write)).thenNothing();
    member.given(added, withdrawn(write)).when(give(write)).then(given(write));
    member.given(added).when(withdraw(settle)).thenNothing();
    member.given(added, given(settle)).when(withdraw(settle)).then(withdrawn(settle));
  });

  it('G4: starts with the permissions of a new role', () => {
    member.given(added, given(settle), changedTo('reader'), changedTo('agent')).when(give(settle)).then(given(settle));
    member.given(added, withdrawn(write), changedTo('manager')).when(withdraw(write)).then(withdrawn(write));
  });

  it('G4: leaves the staff once, and may come back', () => {
    member.given(added).when(remove).then(removed);
    member.given(added, removed).when(remove).thenNothing();
    member.given(added, removed).when(add).then(added);
    member.given(added, removed, added).when(remove).then(removed);
  });

  it('G4: can be removed only if they exist, and not by themselves', () => {
    member.given().when(remove).thenThrows(MemberNotFound);
    member
      .given(added)
      .when({ type: 'RemoveMember', data: { userId: 'anna', by: 'anna', successor: null } })
      .thenThrows(CannotRemoveYourself);
    member
      .given(added)
      .when({ type: 'RemoveMember', data: { ...removal, successor: 'anna' } })
      .thenThrows(NotAssignable);
  });

  it('G4: counts how often they were made an owner', () => {
    const events = [addedAs('owner'), changedTo('agent'), changedTo('owner'), removed, addedAs('owner')];
    const terms = (all: readonly MemberEvent[]): number =>
      all.reduce(memberDecider.evolve, memberDecider.initialState).ownerTerms;
    expect(terms(events)).toBe(3);
    const staff = { ...about, permission: 'members:write' } as const;
    const back: readonly MemberEvent[] = [
      { type: 'PermissionWithdrawn', data: staff },
      { type: 'PermissionGiven', data: staff },
    ];
    expect(terms([...events, ...back])).toBe(4);
  });

  it('M12: has their conversations handed over twice, each time once', () => {
    const note = (againAt: string | null): MemberCommand => ({
      type: 'NoteHandover',
      data: { userId: 'anna', againAt },
    });
    const noted = (againAt: string | null): MemberEvent => ({
      type: 'ConversationsHandedOver',
      data: { userId: 'anna', againAt },
    });
    member.given(added).when(note('later')).thenNothing();
    member.given(added, removed).when(note('later')).then(noted('later'));
    member.given(added, removed, noted('later')).when(note('later')).thenNothing();
    member.given(added, removed, noted('later')).when(note(null)).then(noted(null));
    member.given(added, removed, noted('later'), noted(null)).when(note('later')).thenNothing();
    member.given(added, removed, noted('later'), added).when(note(null)).thenNothing();
  });
});
