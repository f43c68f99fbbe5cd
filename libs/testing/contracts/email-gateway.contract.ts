import type { Email, EmailGateway } from '@app/gateways';

export type OpenedEmail = {
  readonly gateway: EmailGateway;
  /** Raw messages that arrived, counted at the receiver. */
  received(): Promise<readonly string[]>;
  close(): Promise<void>;
};

const email = (messageId: string, parts: Partial<Email> = {}): Email => ({
  messageId,
  programId: 'program-1',
  to: { name: 'Rosa', address: 'rosa@mail.example' },
  fromName: 'Sunrise Solar',
  subject: 'New message',
  text: 'Hello',
  html: '<p>Hello</p>',
  ...parts,
});

/**
 * Contract of email gateways. `canTell`: whether the gateway knows which emails it accepted; a mail server does not.
 */
export function emailGatewayContract(name: string, open: () => Promise<OpenedEmail>, { canTell = true } = {}): void {
  describe(`${name} as EmailGateway`, () => {
    let opened: OpenedEmail;
    beforeEach(async () => (opened = await open()));
    afterEach(() => opened.close());

    it('N1: sends text and HTML to the person, under the given Message-ID', async () => {
      expect(await opened.gateway.send(email('one'))).toEqual({ kind: 'accepted', providerMessageId: 'one' });
      const [raw = ''] = await opened.received();
      expect(raw).toMatch(/^To: Rosa <rosa@mail.example>\r?$/m);
      expect(raw).toMatch(/Message-ID:\s+<one@/);
      expect(raw).toContain('Content-Type: text/plain');
      expect(raw).toContain('Content-Type: text/html');
    });

    if (canTell) knowsWhatItTook(() => opened);
    else cannotTell(() => opened);

    it('N1: line breaks in names and subjects add no headers', async () => {
      await opened.gateway.send(
        email('one', {
          subject: 'Hi\r\nBcc: eve@mail.example',
          fromName: 'S\r\nX-Evil: 1',
          to: { name: 'R\nCc: eve@mail.example', address: 'rosa@mail.example' },
        }),
      );
      const [raw = ''] = await opened.received();
      const headers = raw.slice(0, raw.search(/\r?\n\r?\n/));
      expect(headers).not.toMatch(/^(Bcc|Cc|X-Evil):/im);
    });
  });
}

function knowsWhatItTook(opened: () => OpenedEmail): void {
  it('N3: the same Message-ID again is one email', async () => {
    const { gateway, received } = opened();
    await gateway.send(email('one'));
    await Promise.all([gateway.send(email('one')), gateway.send(email('two')), gateway.send(email('two'))]);
    expect(await received()).toHaveLength(2);
  });

  it('N3: recognizes a sent email', async () => {
    const { gateway } = opened();
    await gateway.send(email('one'));
    expect(await gateway.find('one')).toEqual({ kind: 'found', providerMessageId: 'one' });
    expect((await gateway.find('two')).kind).not.toBe('found');
  });
}

function cannotTell(opened: () => OpenedEmail): void {
  it('N3: a repeated email is recognized by its Message-ID', async () => {
    const { gateway, received } = opened();
    await gateway.send(email('one'));
    await gateway.send(email('one'));
    const [first, second] = (await received()).map((raw) => /^Message-ID:\s+(<one@\S+>)\r?$/m.exec(raw)?.[1] ?? 'none');
    expect(first).toMatch(/^<one@/);
    expect(second).toBe(first);
  });

  it('N3: reports no email as sent or not sent', async () => {
    const { gateway } = opened();
    await gateway.send(email('one'));
    expect(await gateway.find('one')).toEqual({ kind: 'unknown' });
    expect(await gateway.find('two')).toEqual({ kind: 'unknown' });
  });
}
