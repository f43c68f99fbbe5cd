import { deciderSpec } from '@app/testing';
import { LastOwner, ownersDecider, type OwnersCommand } from './owners.decider.js';
import type { OwnersEvent } from './owners.events.js';

const [anna, ben] = [
  { userId: 'anna', term: 1 },
  { userId: 'ben', term: 1 },
];
const release = (owner: typeof anna, ...others: readonly (typeof anna)[]): OwnersCommand => ({
  type: 'ReleaseOwner',
  data: { ...owner, by: 'olivia', others },
});
const released = (owner: typeof anna): OwnersEvent => ({ type: 'OwnerReleased', data: { ...owner, by: 'olivia' } });

describe('G4: the owners of a program', () => {
  const owners = deciderSpec(ownersDecider);

  it('are released while another remains, each once', () => {
    owners.given().when(release(anna, ben)).then(released(anna));
    owners.given(released(anna)).when(release(anna, ben)).thenNothing();
    owners.given().when(release(anna)).thenThrows(LastOwner);
  });

  it('do not release each other', () => {
    owners.given(released(anna)).when(release(ben, anna)).thenThrows(LastOwner);
  });

  it('count again when they became owners again', () => {
    const again = { ...anna, term: 2 };
    owners.given(released(anna)).when(release(ben, again)).then(released(ben));
    owners.given(released(anna)).when(release(again, ben)).then(released(again));
    owners.given(released(again)).when(release(anna, ben)).thenNothing();
  });
});
