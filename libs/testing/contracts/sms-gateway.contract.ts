import type { SendOutcome, Sms, SmsAccount, SmsGateway } from '@app/gateways';

/** A failure between us and the provider, as a test requests it; `null`: none. */
export type SmsTrouble =
  'lost-before' | 'lost-after' | 'silent-after' | 'busy' | 'error-after' | 'opted-out' | 'unreachable' | null;

export type OpenedSms = {
  readonly gateway: SmsGateway;
  readonly account: SmsAccount;
  /** A text that the provider would accept. */
  readonly sms: Sms;
  /** Applies to the next send. */
  meet(trouble: SmsTrouble): Promise<void> | void;
  /** How many texts the provider has accepted, counted there. */
  accepted(): number;
  close(): Promise<void>;
};

const since = (from: Date) => ({ from, to: new Date(Date.now() + 1_000) });
const nobodysId = (): Promise<boolean> => Promise.resolve(false);

/** Contract of SMS gateways: each failure becomes the outcome that says whether the text may have been sent. */
export function smsGatewayContract(name: string, open: () => Promise<OpenedSms>): void {
  describe(`${name} as SmsGateway`, () => {
    let opened: OpenedSms;
    beforeAll(async () => (opened = await open()));
    afterAll(() => opened.close());
    const send = async (
      trouble: SmsTrouble,
      text: string = crypto.randomUUID(),
    ): Promise<{ outcome: SendOutcome; accepted: number; sms: Sms }> => {
      await opened.meet(trouble);
      const sms = { ...opened.sms, text };
      const before = opened.accepted();
      const outcome = await opened.gateway.send(opened.account, sms);
      return { outcome, accepted: opened.accepted() - before, sms };
    };

    it('T1: sends a text and returns its id', async () => {
      expect(await send(null)).toMatchObject({
        outcome: { kind: 'accepted', providerMessageId: expect.stringMatching(/./) as string },
        accepted: 1,
      });
    });

    it.each(['lost-before', 'lost-after', 'silent-after', 'error-after'] as const)(
      'T2: %s is uncertain',
      async (trouble) => {
        expect((await send(trouble)).outcome.kind).toBe('uncertain');
      },
    );

    it.each(['busy', 'unreachable'] as const)(
      'T2: %s was not accepted, with the time of the next try',
      async (trouble) => {
        const { outcome, accepted } = await send(trouble);
        expect(outcome).toMatchObject({ kind: 'back-off', retryAfterMs: expect.any(Number) as number });
        expect(accepted).toBe(0);
      },
    );

    it('T2: a refusal contains the provider’s code and no number', async () => {
      const { outcome, sms } = await send('opted-out');
      expect(outcome).toMatchObject({ kind: 'refused', code: '21610' });
      expect(JSON.stringify(outcome)).not.toContain(sms.to);
    });

    it('T2: finds a text whose response was lost, by its wording and the time it was sent', async () => {
      const from = new Date();
      const { sms } = await send('lost-after');
      const found = await opened.gateway.find(opened.account, sms, since(from), nobodysId);
      expect(found).toMatchObject({ kind: 'found' });
    });

    it('T2: does not find a text that belongs to another delivery, nor an older one', async () => {
      const from = new Date();
      const { sms } = await send('lost-after');
      expect(await opened.gateway.find(opened.account, sms, since(from), () => Promise.resolve(true))).toEqual({
        kind: 'unknown',
      });
      expect(
        await opened.gateway.find(opened.account, sms, since(new Date(Date.now() + 3_600_000)), nobodysId),
      ).toEqual({ kind: 'unknown' });
      expect(
        await opened.gateway.find(
          opened.account,
          sms,
          { from: new Date(0), to: new Date(Date.now() - 3_600_000) },
          nobodysId,
        ),
      ).toEqual({ kind: 'unknown' });
    });

    it('T2: cannot say that a text was not accepted', async () => {
      const from = new Date();
      const { sms } = await send('lost-before');
      expect(await opened.gateway.find(opened.account, sms, since(from), nobodysId)).toEqual({ kind: 'unknown' });
    });
  });
}
