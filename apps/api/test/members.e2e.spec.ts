import { SignJWT } from 'jose';
import type { Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, SECRET, type Answer } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const notAMember = { status: 401, code: 'NotAMember', field: 'Authorization' };

const { owner, manager, programId } = sample;
const nora = { userId: 'nora', name: 'Nora New', email: 'nora@example.org', role: 'agent' };
const member = (id: string): Identity => ({ programId, id, kind: 'member' });
const add = (changes: object = {}, headers = {}): Promise<Answer> =>
  api.post('/v1/members', { ...nora, ...changes }, { as: owner, headers });
const shown = async (id: string, { body }: Answer): Promise<Answer> =>
  api.get(`/v1/members/${id}?position=${String(body['position'])}`, { as: manager });

describe('G4, G7: members by API', () => {
  it('are added with a role, by an owner, and shown to owners and managers', async () => {
    let added: Answer | undefined;
    const events = await api.recorded(async () => (added = await add()));
    expect(events).toMatchObject([
      { type: 'MemberAdded', data: nora, metadata: { actor: { kind: 'staff', id: 'olivia' } } },
    ]);
    const { status, headers, body } = await shown('nora', added as Answer);
    expect(status).toBe(200);
    expect(headers['etag']).toBe('"0"');
    expect(body).toMatchObject({ ...nora, given: [], withdrawn: [] });
    expect(body['permissions']).toContain('conversations:write');
    expect(events[0]?.stream).not.toContain('nora');
  });

  it('are listed in pages', async () => {
    const seen: string[] = [];
    for (let after: unknown = ''; after !== null;) {
      const { body } = await api.get(`/v1/members?limit=2${after ? `&after=${String(after)}` : ''}`, { as: manager });
      seen.push(...(body['documents'] as { userId: string }[]).map(({ userId }) => userId));
      after = body['next'];
    }
    expect(seen.toSorted()).toEqual(['alex', 'morgan', 'nora', 'olivia', 'riley', 'vivian', 'website']);
  });

  it('get another role, and permissions, from an owner', async () => {
    const change = (path: string, body: object): Promise<Answer> =>
      api.ask(path === 'role' ? 'PUT' : 'POST', `/v1/members/nora/${path}`, { as: owner, body });
    const settle = { permission: 'deliveries:settle' };
    const write = { permission: 'conversations:write' };
    const events = await api.recorded(async () => {
      await change('permissions/give', settle);
      const { body } = await shown('nora', await change('permissions/withdraw', write));
      expect(body).toMatchObject({ role: 'agent', given: ['deliveries:settle'], withdrawn: ['conversations:write'] });
      expect((await shown('nora', await change('role', { role: 'reader' }))).body).toMatchObject({
        role: 'reader',
        given: [],
        withdrawn: [],
      });
    });
    const about = { userId: 'nora', by: 'olivia' };
    expect(events).toMatchObject([
      { type: 'PermissionGiven', data: { ...about, ...settle } },
      { type: 'PermissionWithdrawn', data: { ...about, ...write } },
      { type: 'MemberRoleChanged', data: { ...about, role: 'reader' } },
    ]);
  });

  it('are changed only at the expected revision, and once under a key', async () => {
    const withdraw = (headers: Record<string, string>): Promise<Answer> =>
      api.post('/v1/members/nora/permissions/withdraw', { permission: 'members:read' }, { as: owner, headers });
    expectProblem(await withdraw({ 'if-match': '"0"' }), { status: 412, code: 'RevisionMismatch', field: 'If-Match' });
    const key = { 'idempotency-key': 'add' };
    const first = await add({ userId: 'otto' }, key);
    expect(
      await api.recorded(async () => expect((await add({ userId: 'otto' }, key)).body).toEqual(first.body)),
    ).toEqual([]);
    expectProblem(await add({ userId: 'otilia' }, key), {
      status: 422,
      code: 'IdempotencyKeyReused',
      field: 'Idempotency-Key',
    });
  });

  it.each([
    ['their own role', 'PUT', '/v1/members/olivia/role', { role: 'agent' }, 'CannotChangeYourself'],
    [
      'their own permissions',
      'POST',
      '/v1/members/olivia/permissions/withdraw',
      { permission: 'portal' },
      'CannotChangeYourself',
    ],
    ['a role that exists already', 'POST', '/v1/members', { ...nora, role: 'owner' }, 'MemberExists'],
  ])('nobody changes %s', async (_, method, path, body, code) => {
    const events = await api.recorded(async () => {
      const { body: problem } = await api.ask(method, path, { as: owner, body });
      expect(problem).toMatchObject({ status: 409, code });
    });
    expect(events).toEqual([]);
  });

  it('are those of one program', async () => {
    await addSecondProgram(api.standalone.app);
    expectProblem(await api.get(`/v1/members/${second.agent.id}`, { as: owner }), {
      status: 404,
      code: 'MemberNotFound',
    });
    expectProblem(await api.ask('PUT', `/v1/members/${second.agent.id}/role`, { as: owner, body: { role: 'owner' } }), {
      status: 404,
      code: 'MemberNotFound',
    });
  });

  it('a former owner, who is still cached as one, changes nobody', async () => {
    const [oscar, olga] = ['oscar', 'olga'];
    for (const userId of [oscar, olga]) await add({ userId, role: 'owner' });
    expect((await api.get('/v1/members', { as: member(oscar) })).status).toBe(200);
    expect((await api.ask('DELETE', `/v1/members/${oscar}`, { as: member(olga) })).status).toBe(200);
    const events = await api.recorded(async () => {
      for (const userId of [olga, 'olivia'])
        expectProblem(await api.ask('DELETE', `/v1/members/${userId}`, { as: member(oscar) }), {
          status: 403,
          code: 'NotPermitted',
        });
    });
    expect(events).toEqual([]);
  });

  it('a change of an owner that is refused, or repeated, writes nothing', async () => {
    const toAgent = (headers: Record<string, string>): Promise<Answer> =>
      api.ask('PUT', '/v1/members/ossian/role', { as: owner, body: { role: 'agent' }, headers });
    await add({ userId: 'ossian', role: 'owner' });
    const refused = await api.recorded(async () => {
      expectProblem(await toAgent({ 'if-match': '"7"' }), { status: 412, code: 'RevisionMismatch', field: 'If-Match' });
    });
    expect(refused).toEqual([]);
    const key = { 'idempotency-key': 'ossian' };
    const first = await toAgent(key);
    await api.ask('PUT', '/v1/members/ossian/role', { as: owner, body: { role: 'owner' } });
    const repeated = await api.recorded(async () => expect((await toAgent(key)).body).toEqual(first.body));
    expect(repeated).toEqual([]);
  });

  it('one owner remains when two end each other’s role at the same time', async () => {
    const of = (id: string): Identity => ({ programId: second.programId, id, kind: 'member' });
    await addSecondProgram(api.standalone.app);
    let last: string = second.owner.id;
    for (let round = 0; round < 10; round += 1) {
      const other = `owner-${round}`;
      await api.post('/v1/members', { ...nora, userId: other, role: 'owner' }, { as: of(last) });
      // Both are looked up before.
      for (const id of [last, other]) await api.get('/v1/me', { as: of(id) });
      const [first, then] = await Promise.all([
        api.ask('DELETE', `/v1/members/${other}`, { as: of(last) }),
        round % 2 === 0
          ? api.ask('DELETE', `/v1/members/${last}`, { as: of(other) })
          : api.post(`/v1/members/${last}/permissions/withdraw`, { permission: 'members:write' }, { as: of(other) }),
      ]);
      expect([first.status, then.status].toSorted()).not.toEqual([200, 200]);
      expect([first.status, then.status]).toContain(200);
      const refused = first.status === 200 ? then : first;
      expect(['LastOwner', 'NotPermitted']).toContain(refused.body['code']);
      if (then.status === 200) last = other;
    }
  });

  it('an earlier token has the role of the record, whatever it says', async () => {
    const token = (claims: object, subject: string): Promise<string> =>
      new SignJWT({ program: programId, ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(subject)
        .setIssuer('referral-messages')
        .setAudience('referral-messages-api')
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(SECRET));
    const me = async (as: string): Promise<unknown> => (await api.get('/v1/me', { as })).body;
    expect(await me(await token({ role: 'owner' }, 'riley'))).toMatchObject({ ...sample.reader, role: 'reader' });
    expect(await me(await token({ role: 'contact' }, sample.contact.id))).toEqual({
      ...sample.contact,
      role: 'contact',
      permissions: ['messages:read', 'notifications', 'portal'],
      smsEnabled: true,
      messagesEnabled: true,
    });
  });
});

describe('M12: when a member leaves', () => {
  const url = `/v1/conversations/${sample.conversationId}`;
  const assign = (assignee: string): Promise<Answer> =>
    api.ask('PUT', `${url}/assignee`, { as: manager, body: { assignee } });

  it.each([
    ['another member', 'morgan'],
    ['nobody', null],
  ])('their conversations are assigned to %s, because of the removal', async (_, successor) => {
    const userId = `leaver-${successor}`;
    await add({ userId });
    await assign(userId);
    const events = await api.recorded(async () => {
      const query = successor === null ? '' : `?successor=${successor}`;
      expect((await api.ask('DELETE', `/v1/members/${userId}${query}`, { as: owner })).status).toBe(200);
      for (const end = Date.now() + 20_000; (await api.get(url, { as: manager })).body['assignee'] === userId;)
        if (Date.now() > end) throw new Error('It was not handed over');
    });
    const removal = events.find(({ type }) => type === 'MemberRemoved');
    expect(removal).toMatchObject({ data: { userId, by: 'olivia', successor } });
    expect(events.filter(({ type }) => type === 'ConversationAssigned')).toMatchObject([
      {
        data: { conversationId: sample.conversationId, assignee: successor, by: 'olivia' },
        metadata: { actor: { kind: 'system', id: 'automation' }, causationId: removal?.eventId },
      },
    ]);
    expect((await api.get(url, { as: manager })).body).toMatchObject({ assignee: successor });
  });

  it('the successor, like any assignee, is a member who may write', async () => {
    const refused = { status: 409, code: 'NotAssignable' };
    for (const successor of ['vivian', 'nobody', 'alex'])
      expectProblem(await api.ask('DELETE', `/v1/members/alex?successor=${successor}`, { as: owner }), refused);
    expectProblem(await assign('riley'), refused);
    await add({ userId: 'silent' });
    await api.post('/v1/members/silent/permissions/withdraw', { permission: 'conversations:write' }, { as: owner });
    expectProblem(await assign('silent'), refused);
  });
});

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
