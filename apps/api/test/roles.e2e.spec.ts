import { buildSchema, type GraphQLSchema } from 'graphql';
import { AuthenticationGuard } from '@app/platform';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY } from './api.fixture.js';
import { fieldOf, requestFor } from './operations.fixture.js';
import { routesOf } from './routes.fixture.js';

let api: Api;
let schema: GraphQLSchema;
beforeAll(async () => {
  api = await Api.start();
  schema = buildSchema(api.standalone.graphqlSchema());
});
afterAll(() => api.close());

const people = { owner: sample.owner, manager: sample.manager, agent: sample.agent, contact: sample.contact } as const;
type Role = keyof typeof people;

const staff: readonly Role[] = ['owner', 'manager', 'agent'];
const managers: readonly Role[] = ['owner', 'manager'];
const owners: readonly Role[] = ['owner'];
const contacts: readonly Role[] = ['contact'];

/**
 * The requirement as a table: which roles may use which route. Staff work with people and conversations; referrals and
 * money are for managers.
 */
const table: Readonly<Record<string, readonly Role[]>> = {
  'GET /v1/conversations': staff,
  'POST /v1/conversations': staff,
  'GET /v1/conversations/{id}': staff,
  'GET /v1/conversations/{id}/messages': staff,
  'POST /v1/conversations/{id}/messages': staff,
  'POST /v1/conversations/{id}/read': staff,
  'POST /v1/conversations/{id}/unread': staff,
  'POST /v1/conversations/{id}/archive': staff,
  'PUT /v1/conversations/{id}/assignee': staff,
  'POST /v1/conversations/{id}/mute': staff,
  'POST /v1/conversations/{id}/unmute': staff,
  'GET /v1/contacts': staff,
  'GET /v1/consents/to-renew': staff,
  'POST /v1/contacts': staff,
  'GET /v1/contacts/{id}': staff,
  'PATCH /v1/contacts/{id}': staff,
  'GET /v1/referrals': staff,
  'GET /v1/referrals/{id}': staff,
  'POST /v1/referrals': managers,
  'POST /v1/consents': staff,
  'GET /v1/deliveries': staff,
  'POST /v1/deliveries/{id}/settle': managers,
  'DELETE /v1/members/{id}': owners,
  'GET /v1/portal/conversations': contacts,
  'GET /v1/portal/conversations/{id}/messages': contacts,
  'POST /v1/portal/conversations/{id}/messages': contacts,
  'GET /dev/mail': managers,
};

describe('G4: roles', () => {
  it('the table has every route', async () => {
    const routes = (await routesOf(api)).map(({ method, path }) => `${method} ${path}`);
    expect([...routes, 'GET /dev/mail'].toSorted()).toEqual(Object.keys(table).toSorted());
  });

  const cases = Object.entries(table).flatMap(([route, allowed]) =>
    (Object.keys(people) as Role[]).map((role) => [role, route, allowed.includes(role)] as const),
  );
  it.each(cases)('%s, %s: %j', async (role, route, isAllowed) => {
    const [method = '', path = ''] = route.split(' ');
    // Ids that do not exist and an empty body: an allowed request fails because of them, and changes nothing for the
    // next one.
    const events = await api.recorded(async () => {
      const answer = await api.ask(method, path.replace('{id}', NOBODY), {
        as: people[role],
        ...(method !== 'GET' && { body: {} }),
      });
      if (isAllowed) expect([401, 403]).not.toContain(answer.status);
      else expectProblem(answer, { status: 403, code: 'NotPermitted' });
    });
    expect(events).toEqual([]);
  });

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
      const { query, variables } = requestFor(schema, field);
      const events = await api.recorded(async () => {
        for (const role of Object.keys(people) as Role[]) {
          const { body, text } = await api.graphql(query, variables, { as: people[role] });
          if (table[route]?.includes(role)) expect(text).not.toContain('NotPermitted');
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
      expect(events).toEqual([]);
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
