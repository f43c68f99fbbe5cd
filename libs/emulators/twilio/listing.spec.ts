import fc from 'fast-check';
import { cleanUp, connect, CONTACT, eventually, OURS, start } from './emulator.fixture.js';

afterEach(cleanUp);

type SomePage = { instances: { body: string }[]; nextPage(): Promise<SomePage> | undefined };

const bodies = (messages: readonly { body: string }[]): string[] => messages.map(({ body }) => body);

describe('a listing', () => {
  it('returns every message once, newest first, for any page size and with messages arriving between pages', async () => {
    const emulator = await start();
    const client = connect(emulator);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (count, pageSize, arriving) => {
          emulator.reset();
          for (let n = 0; n < count; n += 1) await client.messages.create({ to: CONTACT, from: OURS, body: String(n) });
          const seen: string[] = [];
          let pages = 0;
          let page: SomePage | undefined = await client.messages.page({ pageSize });
          while (page) {
            pages += 1;
            seen.push(...bodies(page.instances));
            expect(page.instances.length).toBeLessThanOrEqual(pageSize);
            if (arriving) await emulator.inbound({ from: CONTACT, to: OURS, body: 'arrived meanwhile' });
            page = await page.nextPage();
          }
          expect(pages).toBe(Math.max(1, Math.ceil(count / pageSize)));
          expect(seen).toEqual(Array.from({ length: count }, (_, n) => String(count - 1 - n)));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('goes back to the previous page', async () => {
    const client = connect(await start());
    for (const body of ['1', '2', '3', '4', '5']) await client.messages.create({ to: CONTACT, from: OURS, body });

    const first = await client.messages.page({ pageSize: 2 });
    const second = await first.nextPage();
    const third = await second?.nextPage();

    expect(bodies(third?.instances ?? [])).toEqual(['1']);
    const back = await third?.previousPage();
    expect(bodies(back?.instances ?? [])).toEqual(['3', '2']);
    expect(bodies((await back?.previousPage())?.instances ?? [])).toEqual(['5', '4']);
  });

  it('survives the deletion of the message at the edge of a page', async () => {
    const emulator = await start();
    const client = connect(emulator);
    for (const body of ['1', '2', '3', '4']) await emulator.inbound({ from: CONTACT, to: OURS, body });

    const first = await client.messages.page({ pageSize: 2 });
    await client.messages(first.instances[1]?.sid ?? '').remove();

    expect(bodies((await first.nextPage())?.instances ?? [])).toEqual(['2', '1']);
  });

  it('works with list and each', async () => {
    const client = connect(await start());
    for (let n = 0; n < 7; n += 1) await client.messages.create({ to: CONTACT, from: OURS, body: String(n) });

    expect(await client.messages.list({ pageSize: 3 })).toHaveLength(7);
    expect(await client.messages.list({ pageSize: 3, limit: 4 })).toHaveLength(4);
    const each: string[] = [];
    await new Promise<void>((resolve, reject) => {
      client.messages.each({
        pageSize: 2,
        callback: ({ body }) => {
          each.push(body);
        },
        done: (error?: Error) => {
          if (error) reject(error);
          else resolve();
        },
      });
    });
    expect(each).toEqual(['6', '5', '4', '3', '2', '1', '0']);
  });

  it('filters by numbers and by date, and a date leaves out unsent messages', async () => {
    const emulator = await start({ delays: { sentMs: 60_000 } });
    const client = connect(emulator);
    await client.messages.create({ to: CONTACT, from: OURS, body: 'not sent yet' });
    await emulator.inbound({ from: CONTACT, to: OURS, body: 'in' });
    const today = new Date();
    const day = 86_400_000;

    expect(bodies(await client.messages.list({ to: CONTACT }))).toEqual(['not sent yet']);
    expect(bodies(await client.messages.list({ from: CONTACT, to: OURS }))).toEqual(['in']);
    expect(bodies(await client.messages.list({ dateSentAfter: new Date(today.getTime() - day) }))).toEqual(['in']);
    expect(bodies(await client.messages.list({ dateSentBefore: new Date(today.getTime() - day) }))).toEqual([]);
    expect(
      bodies(await client.messages.list({ dateSentBefore: new Date(today.getTime() + day), dateSentAfter: today })),
    ).toHaveLength(1);
    const response = await fetch(`${emulator.url}/2010-04-01/Accounts/x/Messages.json`);
    expect(response.status).toBe(401);
  });

  it('is ordered by the time of creation, and for equal times by arrival', async () => {
    const emulator = await start();
    const client = connect(emulator);
    const at = (second: number): string => new Date(Date.UTC(2026, 0, 5, 9, 0, second)).toISOString();
    for (const [body, second] of [
      ['3', 30],
      ['1', 10],
      ['2', 20],
      ['2 again', 20],
      ['4', 40],
    ] as const) {
      await emulator.inbound({ from: CONTACT, to: OURS, body, createdAt: at(second) });
    }
    const first = await client.messages.page({ to: OURS, pageSize: 2 });
    const second = await first.nextPage();
    expect(bodies(first.instances)).toEqual(['4', '3']);
    expect(bodies(second?.instances ?? [])).toEqual(['2 again', '2']);
    expect(bodies((await second?.nextPage())?.instances ?? [])).toEqual(['1']);
    expect(bodies((await second?.previousPage())?.instances ?? [])).toEqual(['4', '3']);
    expect(second?.instances[0]?.dateCreated.toISOString()).toBe(at(20));
  });

  it('shows a message later than it arrived when told to, and a newer one before', async () => {
    const emulator = await start({ faults: { listLagMs: 60_000 } });
    const client = connect(emulator);
    const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();
    const late = `SM${'0'.repeat(28)}ffff`;
    await emulator.inbound({ from: CONTACT, to: OURS, body: 'late', createdAt: ago(30), messageSid: late });
    await emulator.inbound({
      from: CONTACT,
      to: OURS,
      body: 'at once',
      createdAt: ago(20),
      messageSid: `SM${'1'.repeat(28)}0000`,
    });
    await emulator.inbound({
      from: CONTACT,
      to: OURS,
      body: 'long ago',
      createdAt: ago(61),
      messageSid: `SM${'2'.repeat(28)}ffff`,
    });

    expect(bodies(await client.messages.list())).toEqual(['at once', 'long ago']);
    expect((await client.messages(late).fetch()).body).toBe('late');
    emulator.setFaults({ listLagMs: 0 });
    expect(bodies(await client.messages.list())).toEqual(['at once', 'late', 'long ago']);
  });

  it('refuses a page token that it never returned', async () => {
    const client = connect(await start());
    await expect(client.messages.page({ pageToken: 'PASMnothing' })).rejects.toMatchObject({ status: 400 });
  });

  it('contains a message of each kind', async () => {
    const emulator = await start();
    const client = connect(emulator);
    const { sid } = await client.messages.create({ to: CONTACT, from: OURS, body: 'out' });
    await emulator.inbound({ from: CONTACT, to: OURS, body: 'STOP', mediaUrls: ['https://example.com/a.jpg'] });
    await eventually(() => emulator.ledger().autoAnswers.length === 1);

    const listed = await client.messages.list();

    expect(listed.map(({ direction }) => direction)).toEqual(['outbound-reply', 'inbound', 'outbound-api']);
    expect(listed[2]?.sid).toBe(sid);
    expect(listed[1]?.numMedia).toBe('1');
  });
});
