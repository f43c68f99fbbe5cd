import { buildSchema, type GraphQLSchema } from 'graphql';
import { canHave, memberRoles, permissions, roleHas, type MemberRole, type Permission, type Role } from '@app/kernel';
import { AuthenticationGuard, type Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';
import { fieldOf, requestFor } from './operations.fixture.js';
import { routesOf } from './routes.fixture.js';

let api: Api;
let schema: GraphQLSchema;
beforeAll(async () => {
  api = await Api.start();
  schema = buildSchema(api.standalone.graphqlSchema());
});
afterAll(() => api.close());

const roles: readonly Role[] = [...memberRoles, 'contact'];

/** The permissions that each route requires; none: every authenticated caller. The roles follow from their table. */
const table: Readonly<Record<string, readonly Permission[]>> = {
  'GET /v1/conversations': ['conversations:read'],
  'POST /v1/conversations': ['conversations:write'],
  'GET /v1/conversations/{id}': ['conversations:read'],
  'GET /v1/conversations/{id}/messages': ['conversations:read'],
  'GET /v1/conversations/{id}/export': ['exports', 'messages:read'],
  'POST /v1/conversations/{id}/messages': ['conversations:write'],
  'POST /v1/conversations/{id}/notes': ['conversations:write'],
  'POST /v1/conversations/{id}/read': ['conversations:write'],
  'POST /v1/conversations/{id}/read-position': ['conversations:mute'],
  'POST /v1/conversations/{id}/unread': ['conversations:write'],
  'POST /v1/conversations/{id}/archive': ['conversations:write'],
  'POST /v1/conversations/bulk': ['conversations:bulk'],
  'GET /v1/bulk-jobs/{id}': ['conversations:bulk'],
  'GET /v1/bulk-jobs/{id}/results': ['conversations:bulk'],
  'POST /v1/conversations/{id}/unarchive': ['conversations:write'],
  'POST /v1/conversations/{id}/delete': ['conversations:delete'],
  'PUT /v1/conversations/{id}/assignee': ['conversations:write'],
  'POST /v1/conversations/{id}/mute': ['conversations:mute'],
  'POST /v1/conversations/{id}/unmute': ['conversations:mute'],
  'POST /v1/conversations/{id}/lead': ['contacts:write'],
  'POST /v1/leads': ['contacts:write'],
  'POST /v1/conversations/{id}/snooze': ['conversations:write'],
  'POST /v1/conversations/{id}/unsnooze': ['conversations:write'],
  'POST /v1/conversations/{id}/move-message': ['conversations:write'],
  'POST /v1/conversations/{id}/label': ['conversations:write'],
  'POST /v1/conversations/{id}/unlabel': ['conversations:write'],
  'GET /v1/blocks': ['conversations:read'],
  'POST /v1/blocks': ['conversations:write'],
  'POST /v1/blocks/{id}/lift': ['conversations:write'],
  'GET /v1/blocks/{id}/messages': ['conversations:read'],
  'GET /v1/contacts': ['contacts:read'],
  'GET /v1/consents/to-renew': ['contacts:read'],
  'POST /v1/contacts': ['contacts:write'],
  'GET /v1/contacts/{id}': ['contacts:read'],
  'GET /v1/contacts/{id}/conversations': ['contacts:read', 'conversations:read'],
  'GET /v1/contacts/{id}/deliveries': ['contacts:read', 'deliveries:read'],
  'GET /v1/contacts/{id}/history': ['contacts:read', 'conversations:read'],
  'PUT /v1/contacts': ['contacts:write'],
  'PATCH /v1/contacts/{id}': ['contacts:write'],
  'DELETE /v1/contacts/{id}': ['contacts:write'],
  'POST /v1/contacts/{id}/restore': ['contacts:write'],
  'GET /v1/referrals': ['referrals:read'],
  'GET /v1/referrals/{id}': ['referrals:read'],
  'GET /v1/referrals/{id}/timeline': ['referrals:read', 'conversations:read'],
  'POST /v1/referrals': ['referrals:write'],
  'PUT /v1/referrals/{id}/status': ['referrals:write'],
  'PUT /v1/referrals': ['referrals:write'],
  'POST /v1/referrals/{id}/payouts': ['referrals:write'],
  'POST /v1/consents': ['consents:write'],
  'POST /v1/exports': ['exports', 'messages:read'],
  'GET /v1/exports': ['exports', 'messages:read'],
  'GET /v1/exports/{id}': ['exports', 'messages:read'],
  'GET /v1/exports/{id}/file': ['exports', 'messages:read'],
  'POST /v1/imports': ['imports'],
  'GET /v1/imports': ['imports'],
  'GET /v1/imports/{id}': ['imports'],
  'GET /v1/imports/{id}/rows': ['imports'],
  'GET /v1/deliveries': ['deliveries:read'],
  'POST /v1/deliveries/{id}/settle': ['deliveries:settle'],
  'GET /v1/me': [],
  'GET /v1/members': ['members:read'],
  'GET /v1/members/{id}': ['members:read'],
  'POST /v1/members': ['members:write'],
  'PUT /v1/members/{id}/role': ['members:write'],
  'POST /v1/members/{id}/permissions/give': ['members:write'],
  'POST /v1/members/{id}/permissions/withdraw': ['members:write'],
  'DELETE /v1/members/{id}': ['members:write'],
  'GET /v1/me/preferences': ['notifications'],
  'PUT /v1/me/preferences': ['notifications'],
  'GET /v1/me/notifications': ['notifications'],
  'GET /v1/program': ['settings'],
  'PUT /v1/program/name': ['settings'],
  'PUT /v1/program/policies': ['settings'],
  'PUT /v1/program/widget-origins': ['settings'],
  'PUT /v1/program/opt-in-text': ['settings'],
  'GET /v1/program/senders': ['senders:read'],
  'PUT /v1/program/senders': ['senders:write'],
  'POST /v1/program/senders/end-rotation': ['senders:write'],
  'GET /v1/program/links': ['settings'],
  'PUT /v1/program/links': ['settings'],
  'GET /v1/counts': ['conversations:read'],
  'GET /v1/portal/counts': ['portal'],
  'POST /v1/portal/conversations/{id}/read': ['portal'],
  'GET /v1/portal/conversations': ['portal'],
  'GET /v1/portal/conversations/{id}/messages': ['portal'],
  'POST /v1/portal/conversations/{id}/messages': ['portal'],
  'GET /dev/mail': ['deliveries:settle', 'messages:read'],
};
const mayUse = (role: Role, route: string): boolean =>
  table[route]?.every((permission) => roleHas(role, permission)) === true;

/** Ids that do not exist and an empty body: an allowed request fails because of them, and changes nothing. */
async function use(route: string, as: Identity): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  return api.ask(method, path.replace('{id}', NOBODY), { as, ...(method !== 'GET' && { body: {} }) });
}

describe('G4: roles', () => {
  it('the table has every route', async () => {
    const routes = (await routesOf(api)).map(({ method, path }) => `${method} ${path}`);
    expect([...routes, 'GET /dev/mail'].toSorted()).toEqual(Object.keys(table).toSorted());
  });

  const cases = Object.keys(table).flatMap((route) => roles.map((role) => [role, route, mayUse(role, route)] as const));
  it.each(cases)('%s, %s: %j', async (role, route, isAllowed) => {
    const events = await api.recorded(async () => {
      const answer = await use(route, sample[role]);
      if (isAllowed) expect([401, 403]).not.toContain(answer.status);
      else expectProblem(answer, { status: 403, code: 'NotPermitted' });
    });
    expect(events).toEqual([]);
  });

  const routesWith = (permission: Permission): readonly string[] =>
    Object.keys(table).filter((route) => table[route]?.includes(permission));
  const cells = memberRoles.flatMap((role) => permissions.map((permission) => [role, permission] as const));

  it('every permission is required by a route, or shows texts', () => {
    for (const permission of permissions) expect([permission, routesWith(permission)]).not.toEqual([permission, []]);
  });

  it.each(cells.filter(([role, permission]) => roleHas(role, permission)))(
    '%s without %s is refused where it is required, and told what to do',
    async (role, permission) => {
      const person = await newMember(role, 'withdraw', permission);
      for (const route of routesWith(permission)) {
        const answer = await use(route, person);
        expectProblem(answer, { status: 403, code: 'NotPermitted' });
        expect(answer.text).toContain('an owner');
      }
      const { body } = await api.get('/v1/me', { as: person });
      expect(body).toEqual({
        ...person,
        role,
        permissions: permissions.filter((other) => roleHas(role, other) && other !== permission),
        smsEnabled: true,
        messagesEnabled: true,
      });
    },
  );

  it.each(cells.filter(([role, permission]) => canHave(role, permission) && !roleHas(role, permission)))(
    '%s with %s is allowed what it is required for',
    async (role, permission) => {
      const person = await newMember(role, 'give', permission);
      for (const route of routesWith(permission)) expect((await use(route, person)).status).not.toBe(403);
    },
  );

  it.each(cells.filter(([role, permission]) => !canHave(role, permission)))(
    '%s cannot be given %s',
    async (role, permission) => {
      const path = `/v1/members/${sample[role].id}/permissions/give`;
      const code = role === 'owner' ? 'CannotChangeYourself' : 'PermissionNotForRole';
      expectProblem(await api.post(path, { permission }, { as: sample.owner }), { status: 409, code });
    },
  );

  it.each(Object.keys(table))(
    '%s: a token is required, and the permission is checked before the body',
    async (route) => {
      const [method = '', path = ''] = route.split(' ');
      expectProblem(
        await api.ask(method, path.replace('{id}', 'no-uuid'), {
          as: null,
          ...(method !== 'GET' && { body: { wrong: true } }),
        }),
        { status: 401, code: 'TokenMissing', field: 'Authorization' },
      );
    },
  );

  it.each(Object.entries(fieldOf))(
    '%s in GraphQL, %s: the same roles, and a token is required',
    async (route, field) => {
      const { query, variables } = requestFor(
        schema,
        field,
        route === 'PUT /v1/contacts' ? { phones: ['no phone'] } : {},
      );
      const events = await api.recorded(async () => {
        for (const role of roles) {
          const { body, text } = await api.graphql(query, variables, { as: sample[role] });
          if (mayUse(role, route)) expect(text).not.toContain('NotPermitted');
          else
            expect(body).toMatchObject({
              data: null,
              errors: [{ extensions: { code: 'NotPermitted', status: 403 } }],
            });
        }
        expect((await api.graphql(query, variables, { as: null })).body).toMatchObject({
          data: null,
          errors: [{ extensions: { code: 'TokenMissing', status: 401 } }],
        });
      });
      const permitted = roles.filter((role) => mayUse(role, route)).map((role) => sample[role].id);
      expect(events.filter(({ metadata }) => !permitted.includes(metadata.actor.id))).toEqual([]);
    },
  );

  it('the thread in a contact’s conversation requires its own permission', async () => {
    const query = `{ contact(id: "${sample.contact.id}") { conversations { id messages { edges { node { text } } } } } }`;
    const { prototype } = AuthenticationGuard;
    const { canActivate } = prototype;
    const asked: string[] = [];
    prototype.canActivate = function (this: AuthenticationGuard, context) {
      asked.push(context.getHandler().name);
      return canActivate.call(this, context);
    };
    try {
      expect((await api.graphql(query)).body['errors']).toBeUndefined();
    } finally {
      prototype.canActivate = canActivate;
    }
    expect(asked).toEqual(['contact', 'messages']);
  });

  it.each(['/health/live', '/health/ready', '/openapi.json'])('%s is public', async (path) => {
    expect((await api.get(path, { as: null })).status).toBe(200);
  });
});

/** A person whom no process has looked up yet, so that the change is in force at once. */
async function newMember(role: MemberRole, change: 'give' | 'withdraw', permission: Permission): Promise<Identity> {
  const id = `${role}-${change}-${permission}`;
  const as = sample.owner;
  const details = { userId: id, name: 'Nora New', email: 'nora@example.org', role };
  expect((await api.post('/v1/members', details, { as })).status).toBe(201);
  expect((await api.post(`/v1/members/${id}/permissions/${change}`, { permission }, { as })).status).toBe(200);
  return { programId: sample.programId, id, kind: 'member' };
}
