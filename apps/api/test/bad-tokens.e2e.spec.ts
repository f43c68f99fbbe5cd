import { createHmac } from 'node:crypto';
import { SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { sample } from '@app/sample-program';
import { Api, expectProblem, SECRET } from './api.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const claims = {
  program: sample.programId,
  kind: 'member',
  sub: 'alex',
  iss: 'referral-messages',
  aud: 'referral-messages-api',
};
const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3_600;
const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** Made by hand, since a library would not make most of these. */
function forge(header: object, payload: object, secret = SECRET, hash = 'sha256'): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}
const sign = (payload: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(new TextEncoder().encode(SECRET));

const good = (): object => ({ ...claims, exp: inAnHour() });
const parts = (): string[] => forge({ alg: 'HS256' }, good()).split('.');

describe('G4: a foreign token gives no access', () => {
  const forged: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['alg none, unsigned', () => `${encode({ alg: 'none' })}.${encode(good())}.`],
    ['alg none, with a signature', () => forge({ alg: 'none' }, good())],
    ['alg None', () => forge({ alg: 'None' }, good())],
    ['another algorithm with our secret', () => forge({ alg: 'HS512' }, good(), SECRET, 'sha512')],
    ['an asymmetric algorithm', () => forge({ alg: 'RS256' }, good())],
    ['another secret', () => forge({ alg: 'HS256' }, good(), 'another secret of more than 32 characters')],
    ['an empty secret', () => forge({ alg: 'HS256' }, good(), '')],
    ['another issuer', () => sign({ ...claims, exp: inAnHour(), iss: 'somebody' })],
    ['no issuer', () => forge({ alg: 'HS256' }, { ...good(), iss: undefined })],
    ['another audience', () => sign({ ...claims, exp: inAnHour(), aud: 'somewhere' })],
    ['no audience', () => forge({ alg: 'HS256' }, { ...good(), aud: undefined })],
    ['no expiry', () => sign(claims)],
    ['an expiry in words', () => forge({ alg: 'HS256' }, { ...good(), exp: 'never' })],
    ['not valid yet', () => sign({ ...claims, exp: inAnHour(), nbf: inAnHour() })],
    ['no subject', () => forge({ alg: 'HS256' }, { ...good(), sub: undefined })],
    ['an empty subject', () => forge({ alg: 'HS256' }, { ...good(), sub: '' })],
    ['a subject that is no text', () => forge({ alg: 'HS256' }, { ...good(), sub: { $ne: null } })],
    ['no program', () => forge({ alg: 'HS256' }, { ...good(), program: undefined })],
    ['two programs', () => forge({ alg: 'HS256' }, { ...good(), program: [sample.programId] })],
    ['an unknown kind', () => forge({ alg: 'HS256' }, { ...good(), kind: 'root' })],
    ['an inherited kind', () => forge({ alg: 'HS256' }, { ...good(), kind: 'constructor' })],
    ['an unknown kind with a role', () => forge({ alg: 'HS256' }, { ...good(), kind: 'root', role: 'owner' })],
    ['neither kind nor role', () => forge({ alg: 'HS256' }, { ...good(), kind: undefined })],
    [
      'a changed payload',
      () =>
        parts()
          .with(1, encode({ ...good(), sub: 'olivia' }))
          .join('.'),
    ],
    [
      'a changed header',
      () =>
        parts()
          .with(0, encode({ alg: 'HS256', typ: 'JWT' }))
          .join('.'),
    ],
    ['no signature', () => `${parts().slice(0, 2).join('.')}.`],
    ['a signature cut short', () => parts().join('.').slice(0, -6)],
    ['a key of its own (jwk)', () => forge({ alg: 'HS256', jwk: { kty: 'oct', k: encode('mine') } }, good(), 'mine')],
    ['a key elsewhere (jku)', () => forge({ alg: 'HS256', jku: 'http://127.0.0.1:9/keys' }, good(), 'mine')],
    ['a key by path (kid)', () => forge({ alg: 'HS256', kid: '../../../../dev/null' }, good(), '')],
    ['an unknown critical header', () => forge({ alg: 'HS256', crit: ['b64'], b64: false }, good())],
    ['a payload that is no object', () => forge({ alg: 'HS256' }, ['x'])],
    ['a payload that is no JSON', () => forge({ alg: 'HS256' }, 'x' as unknown as object)],
    ['five parts', () => `${parts().join('.')}.a.b`],
    ['words', () => 'not-a-token'],
    ['nothing', () => ''],
  ];
  it.each(forged)('%s', async (_, token) => {
    const as = await token();
    expect(
      await api.recorded(() => api.post(`/v1/conversations/${sample.conversationId}/archive`, {}, { as })),
    ).toEqual([]);
    expectProblem(await api.get('/v1/conversations', { as }), {
      status: 401,
      code: 'TokenInvalid',
      field: 'Authorization',
    });
    const { status, body } = await api.graphql('{ inbox { edges { node { id } } } }', {}, { as });
    expect({ status, ...body }).toMatchObject({
      status: 401,
      data: null,
      errors: [{ extensions: { code: 'TokenInvalid' } }],
    });
  });

  it('an expired one is reported as expired', async () => {
    const as = await sign({ ...claims, exp: Math.floor(Date.now() / 1000) - 5 });
    expectProblem(await api.get('/v1/conversations', { as }), {
      status: 401,
      code: 'TokenExpired',
      field: 'Authorization',
    });
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer  ', 'Bearer a b', 'Token x.y.z', `Bearer ${'a'.repeat(5_000)}`])(
    'another scheme: %.20s',
    async (authorization) => {
      expectProblem(await api.get('/v1/conversations', { as: null, headers: { authorization } }), {
        status: 401,
        code: 'TokenInvalid',
        field: 'Authorization',
      });
    },
  );
  it('no token', async () => {
    expectProblem(await api.get('/v1/conversations', { as: null }), {
      status: 401,
      code: 'TokenMissing',
      field: 'Authorization',
    });
    expectProblem(await api.get(`/v1/conversations?access_token=${forge({ alg: 'HS256' }, good())}`, { as: null }), {
      status: 401,
      code: 'TokenMissing',
    });
  });

  it('a valid one with headers that name another key is verified by our key only', async () => {
    const as = await sign(
      { ...claims, exp: inAnHour() },
      { kid: 'another', jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/certificate' },
    );
    expect((await api.get('/v1/conversations', { as })).status).toBe(200);
  });

  it('an unknown program or person sees nothing', async () => {
    const as = { programId: 'nowhere', id: 'nobody', kind: 'member' } as const;
    for (const nobody of [as, { ...sample.owner, id: 'nobody' }, { ...sample.owner, programId: 'nowhere' }])
      expectProblem(await api.get(`/v1/conversations/${sample.conversationId}`, { as: nobody }), {
        status: 401,
        code: 'NotAMember',
        field: 'Authorization',
      });
    expectProblem(await api.get('/v1/portal/conversations', { as: { ...sample.contact, id: 'nobody' } }), {
      status: 404,
      code: 'ContactNotFound',
    });
  });
});
