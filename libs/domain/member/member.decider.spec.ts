import { deciderSpec } from '@app/testing';
import { CannotRemoveYourself, memberDecider, MemberNotFound } from './member.decider.js';

const data = {
  programId: 'program-1',
  memberId: 'member-1',
  userId: 'anna',
  name: 'Anna Agent',
  email: 'anna@example.com',
  role: 'agent',
} as const;

describe('member', () => {
  const member = deciderSpec(memberDecider);

  it('G4: has a role', () => member.given().when({ type: 'AddMember', data }).then({ type: 'MemberAdded', data }));

  it('M9: is added once', () =>
    member.given({ type: 'MemberAdded', data }).when({ type: 'AddMember', data }).thenNothing());

  const removal = { userId: 'anna', by: 'olivia' };
  const added = { type: 'MemberAdded', data } as const;
  const removed = { type: 'MemberRemoved', data: removal } as const;
  const remove = { type: 'RemoveMember', data: removal } as const;

  it('G4: leaves the staff once, and may come back', () => {
    member.given(added).when(remove).then(removed);
    member.given(added, removed).when(remove).thenNothing();
    member.given(added, removed).when({ type: 'AddMember', data }).then(added);
    member.given(added, removed, added).when(remove).then(removed);
  });

  it('G4: can be removed only if they exist, and not by themselves', () => {
    member.given().when(remove).thenThrows(MemberNotFound);
    member
      .given(added)
      .when({ type: 'RemoveMember', data: { userId: 'anna', by: 'anna' } })
      .thenThrows(CannotRemoveYourself);
  });
});
