import { sample } from '@app/sample-program';
import { Api, expectProblem } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const notAMember = { status: 401, code: 'NotAMember', field: 'Authorization' };

describe('G4: the removal of a member of staff', () => {
  it('is allowed only to an owner, and not for themselves', async () => {
    expectProblem(await api.ask('DELETE', '/v1/members/alex', { as: sample.manager }), {
      status: 403,
      code: 'NotPermitted',
    });
    expectProblem(await api.ask('DELETE', '/v1/members/olivia', { as: sample.owner }), {
      status: 409,
      code: 'CannotRemoveYourself',
    });
    expectProblem(await api.ask('DELETE', '/v1/members/nobody', { as: sample.owner }), {
      status: 404,
      code: 'MemberNotFound',
    });
  });

  it('is stored once, and the token is refused on every surface', async () => {
    // This token was not used before, so nothing is cached for it.
    const events = await api.recorded(async () => {
      for (let time = 0; time < 2; time += 1)
        expect((await api.ask('DELETE', '/v1/members/alex', { as: sample.owner })).status).toBe(200);
    });
    // The handover of the conversations, of which there are none, may have been noted meanwhile.
    expect(events.filter(({ metadata }) => metadata.actor.kind === 'staff')).toMatchObject([
      { type: 'MemberRemoved', data: { userId: 'alex', by: 'olivia' }, metadata: { programId: sample.programId } },
    ]);
    expectProblem(await api.get('/v1/conversations', { as: sample.agent }), notAMember);
    expectProblem(
      await api.post(`/v1/conversations/${sample.conversationId}/archive`, {}, { as: sample.agent }),
      notAMember,
    );
    expectProblem(await api.get('/dev/mail', { as: sample.agent }), notAMember);
    expect(await api.graphql('{ inbox { edges { node { id } } } }', {}, { as: sample.agent })).toMatchObject({
      status: 401,
      body: { data: null, errors: [{ extensions: { code: 'NotAMember' } }] },
    });
    expect((await api.get('/v1/conversations', { as: sample.manager })).status).toBe(200);
    expect((await api.get('/v1/portal/conversations', { as: sample.contact })).status).toBe(200);
  });
});
