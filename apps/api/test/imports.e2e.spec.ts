import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@app/kernel';
import { Configuration, type Identity } from '@app/platform';
import { sample } from '@app/sample-program';
import { until } from '../../notifier/test/notifier-bench.fixture.js';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const as = sample.manager;
const upload = (kind: string, body: string, headers: object = {}, who: Identity = as): Promise<Answer> =>
  api.ask('POST', `/v1/imports?kind=${kind}`, { as: who, body, headers: { 'content-type': 'text/csv', ...headers } });

/** The import once it has ended. */
async function ended({ status, body }: Answer): Promise<Readonly<Record<string, unknown>>> {
  expect(status).toBe(201);
  let found: Readonly<Record<string, unknown>> = {};
  await until(async () => {
    found = (await api.get(`/v1/imports/${String(body['importId'])}`, { as })).body;
    return (found['status'] === 'finished' || found['status'] === 'failed') && files().length === 0;
  }, 'the import ends and its file is removed');
  return found;
}

async function results(importId: unknown, query = ''): Promise<readonly JsonObject[]> {
  const rows: JsonObject[] = [];
  for (let after = ''; ;) {
    const { body } = await api.get(`/v1/imports/${String(importId)}/rows?limit=2${query}${after}`, { as });
    rows.push(...(body['documents'] as readonly JsonObject[]));
    if (body['next'] === null) return rows;
    after = `&after=${String(body['next'])}`;
  }
}

const files = (): readonly string[] => {
  try {
    return readdirSync(join(api.standalone.app.get(Configuration).DATA_DIR, 'uploads'));
  } catch {
    return [];
  }
};

const contacts = [
  '\uFEFFexternalId,name,phones,groups,registered',
  'crm-1,"Cara ""C"" Client\nof Oakland",+1 415 555 0171;+1 415 555 0172,VIP; New,true',
  'crm-2,Dan,,,',
  '',
  'crm-2,Dan Dear,,,false',
  'crm-3,Eve,555,,',
  ',Nobody,,,',
  'crm-4,Too,,,true,many',
].join('\r\n');

describe('R8: CSV imports', () => {
  it('give each row its result, readable by page', async () => {
    const { id, ...found } = await ended(await upload('contacts', contacts));
    const author = { kind: 'staff', id: as.id };
    const counts = { created: 2, changed: 1, unchanged: 0, refused: 3 };
    expect(found).toMatchObject({ kind: 'contacts', status: 'finished', author, ...counts, reason: null });
    const rows = await results(id);
    expect(rows.map(({ row, outcome, code, field, rule }) => [row, outcome, code, field, rule])).toEqual([
      [1, 'created', null, null, null],
      [2, 'created', null, null, null],
      [3, 'changed', null, null, null],
      [4, 'refused', 'InvalidForm', 'phones.0', 'format'],
      [5, 'refused', 'InvalidForm', 'externalId', 'required'],
      [6, 'refused', 'InvalidForm', 'row', 'columns'],
    ]);
    expect((await results(id, '&outcome=refused')).map(({ row }) => row)).toEqual([4, 5, 6]);
    expect((await api.get(`/v1/contacts/${String(rows[0]?.['targetId'])}`)).body).toMatchObject({
      externalId: 'crm-1',
      name: 'Cara "C" Client\nof Oakland',
      phones: ['+14155550171', '+14155550172'],
      groups: ['VIP', 'New'],
      registered: true,
    });
    expect(files()).toEqual([]);
  });

  it('again change nothing, and take referrals and payouts', async () => {
    const again = await ended(await upload('contacts', 'externalId,name\ncrm-2,Dan Dear\n'));
    expect(again).toMatchObject({ created: 0, changed: 0, unchanged: 1 });
    const referrals =
      'externalId,referrerExternalId,referredExternalId,status\ndeal-1,crm-1,crm-2,new\ndeal-1,,,won\ndeal-2,crm-9,crm-2,new\n';
    const { id, ...found } = await ended(await upload('referrals', referrals));
    expect(found).toMatchObject({ created: 1, changed: 1, refused: 1 });
    expect((await results(id, '&outcome=refused'))[0]).toMatchObject({ row: 3, code: 'ContactNotFound' });
    const payouts =
      'referralExternalId,externalId,amount,currency,paidAt\ndeal-1,paid-1,2500,USD,2026-01-05T09:00:00Z\ndeal-1,paid-2,1.5,USD,2026-01-05T09:00:00Z\n';
    expect(await ended(await upload('payouts', payouts))).toMatchObject({ created: 1, refused: 1 });
  });

  it.each([
    ['consent', 'externalId,SMS consent\ncrm-8,yes\n', 'ConsentNotImported', 'body'],
    ['opt-in', 'externalId,opt_in\ncrm-8,yes\n', 'ConsentNotImported', 'body'],
    ['an unknown column', 'externalId,nickname\ncrm-8,x\n', 'InvalidForm', 'column 2'],
    ['a column twice', 'externalId,name,name\ncrm-8,x,y\n', 'InvalidForm', 'name'],
    ['no external id', 'name\nx\n', 'InvalidForm', 'externalId'],
    ['nothing', '\n', 'InvalidForm', 'body'],
    ['an open quote', 'externalId,"name\n', 'InvalidForm', 'body'],
  ])('with %s are refused, and nothing is written', async (_, body, code, field) => {
    const events = await api.recorded(async () =>
      expectProblem(await upload('contacts', body), { status: 400, code, field }),
    );
    expect(events).toEqual([]);
    expect(files()).toEqual([]);
  });

  it('stop where the file has no more rows', async () => {
    const broken = await ended(await upload('contacts', 'externalId,name\ncrm-5,Good\ncrm-6,"never closed\n'));
    expect(broken).toMatchObject({ status: 'failed', reason: 'InvalidCsv' });
    expect(files()).toEqual([]);
  });

  it('are one with one idempotency key, which another file cannot use', async () => {
    const headers = { 'idempotency-key': 'import-1' };
    const first = await upload('contacts', 'externalId\ncrm-7\n', headers);
    await ended(first);
    const events = await api.recorded(async () => {
      expect((await upload('contacts', 'externalId\ncrm-7\n', headers)).body).toEqual(first.body);
      const other = await upload('contacts', 'externalId\ncrm-8\n', headers);
      expectProblem(other, { status: 422, code: 'IdempotencyKeyReused' });
    });
    expect(events).toEqual([]);
    expect(files()).toEqual([]);
  });

  it('are files, of a known kind, for managers and machines of the program', async () => {
    expectProblem(await upload('consents', 'externalId\n'), { status: 400, code: 'InvalidRequest', field: 'kind' });
    expectProblem(await api.post('/v1/imports?kind=contacts', {}, { as }), { status: 400, code: 'InvalidRequest' });
    expectProblem(await api.post('/v1/contacts', 'externalId\n', { as, headers: { 'content-type': 'text/csv' } }), {
      status: 415,
      code: 'UnsupportedMediaType',
    });
    expectProblem(await upload('contacts', 'externalId\n', {}, sample.agent), { status: 403, code: 'NotPermitted' });
    await addSecondProgram(api.standalone.app);
    const { id } = await ended(await upload('contacts', 'externalId\ncrm-1\n', {}, sample.integration));
    for (const path of [`/v1/imports/${String(id)}`, `/v1/imports/${String(id)}/rows`, `/v1/imports/${NOBODY}`])
      expectProblem(await api.get(path, { as: second.owner }), { status: 404, code: 'ImportNotFound' });
  });
});
