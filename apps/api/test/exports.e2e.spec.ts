import { setTimeout as sleep } from 'node:timers/promises';
import { CommandBus } from '@nestjs/cqrs';
import { HandleProgram, systemContext } from '@app/application';
import { ExportFiles } from '@app/eventing';
import type { Identity } from '@app/platform';
import { ExportQueries } from '@app/read-models';
import { sample } from '@app/sample-program';
import { Api, expectProblem, NOBODY, type Answer } from './api.fixture.js';
import { addSecondProgram, second } from './second-program.fixture.js';

let api: Api;
beforeAll(async () => {
  api = await Api.start();
});
afterAll(() => api.close());

const { owner, agent, viewer, conversationId } = sample;
const thread = `/v1/conversations/${conversationId}`;
const download = (query: string, as: Identity = owner, path = thread): Promise<Answer> =>
  api.get(`${path}/export?${query}`, { as });

async function send(text: string): Promise<string> {
  const { status, body } = await api.post(`${thread}/messages`, { channel: 'in-app', text }, { as: agent });
  expect(status).toBe(201);
  return String(body['position']);
}

const today = (offset = 0): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

describe('X1: the export of a conversation', () => {
  it('is the whole thread as CSV, with the columns of Download All', async () => {
    const position = await send('Hello, "Rosa"');
    const { status, text, headers } = await download(`format=csv&position=${position}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="conversation-${conversationId}.csv"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    const lines = text.trimEnd().split('\r\n');
    expect(lines[0]).toBe('\ufeff"Message ID","Thread ID","Created","Time","Full Name","From","To","Status","Message"');
    expect(lines[1]).toMatch(
      new RegExp(
        `^"[\\w-]{36}","${conversationId}","${today().slice(0, 4)}-..-..","..:..:..","Rosa Referrer \\(\\+14155550132\\)","Rosa Referrer","Sunrise Solar","received","Hi! Felix`,
      ),
    );
    expect(lines.at(-1)).toMatch(/"Sunrise Solar","Rosa Referrer","sent","Hello, ""Rosa"""$/);
  });

  it('is a page that shows what people wrote as text', async () => {
    const position = await send('<img src=x onerror=alert(1)>');
    const { text, headers } = await download(`format=html&position=${position}`);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': `attachment; filename="conversation-${conversationId}.html"`,
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(text).toContain('&lt;img src&#x3D;x onerror&#x3D;alert(1)&gt;');
    expect(text).not.toContain('<img');
    expect(text).toContain('Messages with Rosa Referrer (+14155550132)');
  });

  it('X3: has no cell that a spreadsheet takes for a formula', async () => {
    const position = await send('=HYPERLINK("https://evil.example")');
    const { text } = await download(`format=csv&position=${position}`);
    expect(text).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
  });

  it('has the messages of these days, in the time zone of the program', async () => {
    const position = await send('Today');
    const name = (from: string, to: string): string => `conversation-${conversationId}-${from}-${to}.csv`;
    const [from, to] = [today(-1), today(1)];
    const these = await download(`format=csv&from=${from}&to=${to}&position=${position}`);
    expect(these.text).toContain('Today');
    expect(these.headers['content-disposition']).toBe(`attachment; filename="${name(from, to)}"`);
    const none = await download('format=csv&from=2024-01-01&to=2024-01-31');
    expect(none.status).toBe(200);
    expect(none.text.trimEnd().split('\r\n')).toHaveLength(1);
    // 14 hours ahead of UTC, the day of the program begins earlier.
    const zone = 'Pacific/Kiritimati';
    const intent = { type: 'ChangePolicy', data: { name: 'timeZone', value: zone, by: 'admin' } } as const;
    const { programId } = sample;
    const commands = api.standalone.app.get(CommandBus);
    await commands.execute(new HandleProgram(programId, intent, systemContext(programId, 'admin')));
    const local = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(new Date());
    const there = await download(`format=csv&from=${local}&to=${local}`);
    expect(there.text).toContain(`"${local}"`);
    expect((await download('format=html')).text).toContain('Pacific&#x2F;Kiritimati');
  });

  it('is recorded with who got it, before its first byte', async () => {
    const events = await api.recorded(() => download('format=csv&from=2026-01-01&to=2026-01-31'));
    expect(events.map(({ type, data, metadata: { actor } }) => [type, data, actor])).toEqual([
      [
        'ConversationExported',
        {
          exportId: expect.any(String),
          conversationId,
          format: 'csv',
          from: '2026-01-01',
          to: '2026-01-31',
          by: owner.id,
        },
        { kind: 'staff', id: owner.id },
      ],
    ]);
  });

  it.each([
    ['format=csv&from=2026-01-01&to=2026-02-01', 'ExportTooLong', 'to', 'ExportTooLong'],
    ['format=csv&from=2026-01-02&to=2026-01-01', 'ExportEndsBeforeStart', 'to', 'ExportEndsBeforeStart'],
    ['format=csv&from=2026-01-02', 'ExportDayMissing', 'to', 'ExportDayMissing'],
    ['format=csv&to=2026-01-02', 'ExportDayMissing', 'from', 'ExportDayMissing'],
    ['format=csv&from=2026-02-30&to=2026-03-01', 'InvalidRequest', 'from', 'isDay'],
    ['format=csv&from=2026-01-01T00:00:00Z&to=2026-01-02', 'InvalidRequest', 'from', 'isDay'],
    ['format=csv&from=2026-01-01&from=2026-01-02&to=2026-01-02', 'InvalidRequest', 'from', 'isDay'],
    ['format=pdf', 'InvalidRequest', 'format', 'isIn'],
    ['', 'InvalidRequest', 'format', 'isIn'],
    ['format=csv&days=30', 'InvalidRequest', 'days', 'whitelistValidation'],
  ])('%s is refused: %s', async (query, code, field, rule) => {
    const events = await api.recorded(async () =>
      expectProblem(await download(query), { status: 400, code, field, rule }),
    );
    expect(events).toEqual([]);
  });

  it('needs the permission, which an agent can be given', async () => {
    for (const as of [viewer, sample.reader, agent])
      expectProblem(await download('format=csv', as), { status: 403, code: 'NotPermitted' });
    expect((await download('format=csv', sample.manager)).status).toBe(200);
    const give = (to: Identity): Promise<Answer> =>
      api.post(`/v1/members/${to.id}/permissions/give`, { permission: 'exports' }, { as: owner });
    expect((await give(agent)).status).toBe(200);
    expectProblem(await give(viewer), { status: 409, code: 'PermissionNotForRole' });
  });

  it('G5: never shows a conversation of another program', async () => {
    await addSecondProgram(api.standalone.app);
    for (const path of [`/v1/conversations/${second.conversationId}`, `/v1/conversations/${NOBODY}`])
      expectProblem(await download('format=csv', owner, path), { status: 404, code: 'ConversationNotFound' });
  });
});

describe('X2: Download All', () => {
  const one = async (id: string, as = owner): Promise<Answer> => api.get(`/v1/exports/${id}`, { as });

  async function finished(as = owner): Promise<Answer['body']> {
    const asked = await api.post('/v1/exports', { format: 'csv' }, { as });
    expect(asked.status).toBe(201);
    const { exportId, position } = asked.body;
    const first = await api.get(`/v1/exports/${String(exportId)}?position=${String(position)}`, { as });
    expect(first.body).toMatchObject({ id: exportId, by: as.id, from: null });
    return waitUntil(String(exportId), 'finished');
  }

  async function waitUntil(id: string, status: string): Promise<Answer['body']> {
    for (;;) {
      const { body } = await one(id);
      if (body['status'] === status) return body;
      await sleep(50);
    }
  }

  it('is a file with all messages of the program, made in the background', async () => {
    await send('The last message');
    const made = await finished();
    expect(made).toMatchObject({ percent: 100, downloads: 0, link: expect.stringContaining('link=') });
    const { status, text, headers } = await api.get(`/v1/exports/${String(made['id'])}/file`, { as: owner });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename="messages-[\d-]{10}-[\da-f]{8}\.csv"$/),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    const lines = text.trimEnd().split('\r\n');
    expect(lines[0]).toContain('"Message ID","Thread ID","Created","Time","Full Name","From","To","Status","Message"');
    expect(text).toContain('The last message');
    expect(made).toMatchObject({ rows: lines.length - 1, bytes: Buffer.byteLength(text) });
    expect((await one(String(made['id']))).body).toMatchObject({ downloads: 1 });
    expect((await api.get('/v1/exports?limit=1', { as: owner })).body['documents']).toMatchObject([{ id: made['id'] }]);
  });

  it('has only the messages of these days', async () => {
    const asked = await api.post('/v1/exports', { format: 'csv', to: '2020-01-01' }, { as: owner });
    const made = await waitUntil(String(asked.body['exportId']), 'finished');
    expect(made).toMatchObject({ rows: 0, to: '2020-01-01' });
  });

  it('can be downloaded by a link without a token, which is recorded as its holder', async () => {
    const made = await finished();
    const link = String(made['link']);
    const events = await api.recorded(async () => expect((await api.get(link, { as: null })).status).toBe(200));
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['ExportDownloaded', { exportId: made['id'], by: owner.id }],
    ]);
    const [path = '', token = ''] = link.split('?link=');
    const [said = '', signature = ''] = token.split('.');
    const [programId, userId, expiresAt] = JSON.parse(Buffer.from(said, 'base64url').toString()) as string[];
    expect(Date.parse(expiresAt ?? '')).toBeLessThanOrEqual(Date.now() + 24 * 3_600_000);
    const altered = (...parts: unknown[]): string =>
      `${path}?link=${Buffer.from(JSON.stringify(parts)).toString('base64url')}.${signature}`;
    const other = await finished();
    for (const forged of [
      altered(programId, userId, '2999-01-01T00:00:00.000Z'),
      altered(programId, agent.id, expiresAt),
      altered('no-program', userId, expiresAt),
      altered(second.programId, userId, expiresAt),
      `${path}?link=${said}.`,
      `${path}?link=x.${signature}`,
      `/v1/exports/${String(other['id'])}/file?link=${token}`,
    ])
      expectProblem(await api.get(forged, { as: null }), { status: 401, code: 'ExportLinkInvalid', field: 'link' });
    // It opens nothing else.
    expectProblem(await api.get(`/v1/exports?link=${token}`, { as: null }), { status: 401, code: 'TokenMissing' });
  });

  it('G5: is not shown to another program', async () => {
    const made = await finished();
    for (const path of [`/v1/exports/${String(made['id'])}`, `/v1/exports/${String(made['id'])}/file`])
      expectProblem(await api.get(path, { as: second.owner }), { status: 404, code: 'ExportNotFound' });
  });

  it('is withdrawn when content is erased: the file is deleted, and a new one is without that content', async () => {
    const intent = { type: 'ChangePolicy', data: { name: 'conversationDeletion', value: 'allowed', by: 'a' } } as const;
    const { programId } = sample;
    const context = systemContext(programId, 'admin');
    await api.standalone.app.get(CommandBus).execute(new HandleProgram(programId, intent, context));
    const made = await finished();
    const file = `/v1/exports/${String(made['id'])}/file`;
    expect((await api.get(file, { as: owner })).text).toContain('Felix');
    expect((await api.post(`${thread}/delete`, { confirm: 'delete' }, { as: owner })).status).toBe(200);
    expect(await waitUntil(String(made['id']), 'withdrawn')).toMatchObject({ link: null });
    expectProblem(await api.get(file, { as: owner }), { status: 410, code: 'ExportGone' });
    const parts = await api.standalone.app.get(ExportQueries).one(programId, String(made['id']));
    const files = api.standalone.app.get(ExportFiles);
    const exportFile = { programId, exportId: String(made['id']) };
    while ((await files.get(exportFile, parts?.parts[0] ?? '')) !== null) await sleep(20);
    const again = await finished();
    expect((await api.get(String(again['link']), { as: null })).text).not.toContain('Felix');
  });

  it('needs the permission', async () => {
    for (const as of [viewer, sample.reader]) {
      expectProblem(await api.post('/v1/exports', {}, { as }), { status: 403, code: 'NotPermitted' });
      expectProblem(await api.get('/v1/exports', { as }), { status: 403, code: 'NotPermitted' });
    }
  });
});
