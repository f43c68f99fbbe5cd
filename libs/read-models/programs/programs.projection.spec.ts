import { documentsOf, newRecord, projectionSpec, sampleOf } from '@app/testing';
import { programsProjection } from './programs.projection.js';

const programs = projectionSpec(programsProjection);
const record = newRecord();
const created = record('program-program-1', sampleOf('ProgramCreated'));
const added = record('program-program-1', sampleOf('SenderAdded'));

describe('programs', () => {
  it('G5: shows a program and its numbers', () => {
    programs.given().when(created).then({ id: 'program-1', name: 'Acme Referrals', senders: [] });
    programs.given(created).when(added).then({ senders: [{ id: 'sender-1', phone: '+15550001111' }] });
    programs.given().when(added).thenNothing();
  });

  it('T3: never shows a token', () => {
    expect(JSON.stringify([...documentsOf(programsProjection, [created, added])])).not.toMatch(/token|AC1/);
  });
});
