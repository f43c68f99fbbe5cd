import { deciderSpec } from '@app/testing';
import { requestDecider } from './request.decider.js';

describe('request', () => {
  const request = deciderSpec(requestDecider);
  const take = { type: 'TakeRequest', data: { kind: 'contact', body: { name: 'Rita' } } } as const;

  it('M9: is taken once, and its body is not stored', () => {
    request
      .given()
      .when(take)
      .then({ type: 'RequestTaken', data: { kind: 'contact' } });
    const target = { contactId: 'contact-1' };
    request
      .given()
      .when({ ...take, data: { ...take.data, target } })
      .then({ type: 'RequestTaken', data: { kind: 'contact', target } });
    request
      .given({ type: 'RequestTaken', data: { kind: 'contact' } })
      .when(take)
      .thenNothing();
  });
});
