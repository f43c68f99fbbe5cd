import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { membersProjection } from './members.projection.js';

describe('members', () => {
  it('G4: shows a member of staff with the role', () => {
    const { memberId: _, ...shown } = samples.MemberAdded;
    projectionSpec(membersProjection)
      .given()
      .when(newRecord()('member-m1', sampleOf('MemberAdded')))
      .then({ id: 'm1', ...shown, isRemoved: false });
  });

  it('G4: shows a former member as isRemoved', () => {
    const record = newRecord();
    const added = record('member-m1', sampleOf('MemberAdded'));
    projectionSpec(membersProjection)
      .given(added)
      .when(record('member-m1', sampleOf('MemberRemoved')))
      .then({ id: 'm1', isRemoved: true });
    projectionSpec(membersProjection)
      .given()
      .when(record('member-m2', sampleOf('MemberRemoved')))
      .thenNothing();
  });
});
