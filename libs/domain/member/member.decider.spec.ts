import { deciderSpec } from '@app/testing';
import { memberDecider } from './member.decider.js';

const data = { programId: 'program-1', memberId: 'member-1', userId: 'anna', name: 'Anna Agent', email: 'anna@example.com', role: 'agent' } as const;

describe('member', () => {
  const member = deciderSpec(memberDecider);

  it('G4: a person of the staff has a role', () => member.given().when({ type: 'AddMember', data }).then({ type: 'MemberAdded', data }));

  it('M9: is added once', () => member.given({ type: 'MemberAdded', data }).when({ type: 'AddMember', data }).thenNothing());
});
