import type { Readable } from 'node:stream';
import type { OnApplicationShutdown } from '@nestjs/common';
import SMTPPool from 'nodemailer/lib/smtp-pool/index.js';
import { EmailGateway, type Email, type FoundOutcome, type SendOutcome } from '@app/gateways';
import { composed } from './composed.js';

const TIMEOUT_MS = 20_000;
const BACK_OFF_MS = 5_000;

/** The transport's description of a failure. Its messages and replies repeat addresses, so only codes are stored. */
type SmtpError = {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly permanent?: boolean;
};
type Mail = Parameters<SMTPPool['send']>[0];

/**
 * Sends email by a mail server. The server cannot be asked about the state of an email, and accepts the same Message-ID
 * twice. `url` holds user, password and TLS settings; `timeoutMs` limits a whole attempt, including the wait for a
 * connection.
 */
export class SmtpGateway extends EmailGateway implements OnApplicationShutdown {
  private readonly pool: SMTPPool;
  private readonly from: string;
  private readonly timeoutMs: number;

  constructor({
    url,
    from,
    timeoutMs = TIMEOUT_MS,
  }: {
    readonly url: string;
    readonly from: string;
    readonly timeoutMs?: number;
  }) {
    super();
    this.pool = new SMTPPool({ url });
    this.from = from;
    this.timeoutMs = timeoutMs;
  }

  async send(email: Email): Promise<SendOutcome> {
    const message = composed(email, this.from);
    // The connection reads the message only after the server has asked for it (354). A message that was never read
    // cannot have been accepted.
    const bodies: Readable[] = [];
    const open = message.createReadStream.bind(message);
    message.createReadStream = () => {
      const body = open();
      bodies.push(body);
      return body;
    };
    try {
      await this.handOver({ message, data: { signal: AbortSignal.timeout(this.timeoutMs) } } as unknown as Mail);
      return { kind: 'accepted', providerMessageId: email.messageId };
    } catch (error) {
      return outcomeOf(
        error as SmtpError,
        bodies.some(({ readableDidRead }) => readableDidRead),
      );
    }
  }

  find(): Promise<FoundOutcome> {
    return Promise.resolve({ kind: 'unknown' });
  }

  /** Finishes the email being sent, and closes the connections. */
  onApplicationShutdown(): void {
    this.pool.close();
  }

  private handOver(mail: Mail): Promise<void> {
    return new Promise((resolve, reject) => {
      this.pool.send(mail, (error) => (error ? reject(error) : resolve()));
    });
  }
}

function outcomeOf(error: SmtpError, wasHandedOver: boolean): SendOutcome {
  const { code = 'unknown', originalCode = code, command, responseCode } = error;
  // Replies to MAIL FROM, RCPT TO, DATA, and to the message itself: the server has not accepted it.
  if ((code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode !== undefined && responseCode >= 400)
    return replied(error, String(responseCode));
  if (code === 'EENVELOPE' && command === 'API')
    return { kind: 'refused', code: 'InvalidAddress', reason: 'No mail server accepts this address' };
  if (wasHandedOver) return { kind: 'uncertain', cause: originalCode };
  return { kind: 'back-off', code: originalCode, retryAfterMs: BACK_OFF_MS };
}

function replied({ command = '', response = '', permanent }: SmtpError, code: string): SendOutcome {
  if (!permanent) return { kind: 'back-off', code, retryAfterMs: BACK_OFF_MS };
  const enhanced = /^\d{3}[ -](\d\.\d+\.\d+)/.exec(response)?.[1] ?? '';
  return { kind: 'refused', code, reason: `${command} ${enhanced}`.trimEnd() };
}
