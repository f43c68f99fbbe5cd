import { newRecord, projectionSpec, sampleOf, samples } from '@app/testing';
import { membersProjection } from './members.projection.js';

const { memberId: _, ...shown } = samples.MemberAdded;
const row = { id: 'm1', ...shown, given: [], withdrawn: [], isRemoved: false, handoverAt: null, revision: 0 };
const member = 'member-m1';

describe('members', () => {
  it('G4: shows a member of staff with the role', () => {
    projectionSpec(membersProjection)
      .given()
      .when(newRecord()(member, sampleOf('MemberAdded')))
      .then(row);
  });

  it('G4: shows how the permissions differ from those of the role, until the role changes', () => {
    const record = newRecord();
    const added = record(member, sampleOf('MemberAdded'));
    const given = record(member, sampleOf('PermissionGiven'));
    const withdrawn = record(member, sampleOf('PermissionWithdrawn'));
    projectionSpec(membersProjection)
      .given(added, given)
      .when(withdrawn)
      .then({ ...row, given: ['deliveries:settle'], withdrawn: ['conversations:write'], revision: 2 });
    projectionSpec(membersProjection)
      .given(added, given, withdrawn)
      .when(record(member, sampleOf('MemberRoleChanged')))
      .then({ ...row, role: 'manager', revision: 3 });
  });

  it('G4: shows a former member as isRemoved, with the time of the handover', () => {
    const record = newRecord();
    const added = record(member, sampleOf('MemberAdded'));
    const removed = record(member, sampleOf('MemberRemoved'));
    projectionSpec(membersProjection)
      .given(added)
      .when(removed)
      .then({ id: 'm1', isRemoved: true, handoverAt: removed.metadata.occurredAt });
    projectionSpec(membersProjection)
      .given(added, removed)
      .when(record(member, sampleOf('ConversationsHandedOver')))
      .then({ id: 'm1', isRemoved: true, handoverAt: samples.ConversationsHandedOver.againAt });
    projectionSpec(membersProjection)
      .given()
      .when(record('member-m2', sampleOf('MemberRemoved')))
      .thenNothing();
  });
});
