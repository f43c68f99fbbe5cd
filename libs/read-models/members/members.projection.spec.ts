import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { membersProjection } from './members.projection.js';

describe('members', () => {
  it('G4: shows a person of the staff with the role', () => {
    const { memberId: _, ...shown } = samples.MemberAdded;
    projectionSpec(membersProjection)
      .given()
      .when(newRecord()('member-m1', sampleOf('MemberAdded')))
      .then({ id: 'm1', ...shown });
  });
});
