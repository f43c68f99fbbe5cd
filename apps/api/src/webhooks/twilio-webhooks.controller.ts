import { Body, Controller, Header, HttpCode, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { HandleDelivery, InboundEntry, Lookups } from '@app/application';
import { Clock, type CommandContext } from '@app/eventing';
import { WebhookSignatures } from '@app/gateways';
import { DomainError, unlessErased } from '@app/kernel';
import { deliveryOfClaim } from '@app/domain/delivery';
import { ProgramNotFound, type Sender } from '@app/domain/program';
import {
  clientAddress,
  Configuration,
  InvalidRequest,
  Public,
  PublicAddress,
  RateLimit,
  TooManyRequests,
} from '@app/platform';

type Form = Readonly<Record<string, string>>;

const NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/**
 * The provider's webhooks. Stored first, answered afterwards: the provider may not post an unanswered one again.
 * Parameters are added without notice, so a form is checked only for required ones and stored completely.
 */
@ApiExcludeController()
@Public()
@Controller('webhooks/twilio/:programId')
export class TwilioWebhooksController {
  private readonly forged: RateLimit;

  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly signatures: WebhookSignatures,
    private readonly address: PublicAddress,
    private readonly inbound: InboundEntry,
    private readonly clock: Clock,
    { FORGED_WEBHOOKS_PER_ADDRESS_PER_MINUTE }: Configuration,
  ) {
    this.forged = new RateLimit('forged-webhooks', FORGED_WEBHOOKS_PER_ADDRESS_PER_MINUTE);
  }

  /** A text to one of the program's numbers. */
  @Post('messages')
  @HttpCode(200)
  @Header('content-type', 'text/xml')
  async message(
    @Param('programId') programId: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<string> {
    const { form, sender } = await this.genuine(programId, body, request, (posted) => posted['To']);
    const providerMessageId = providerMessageIdIn(form);
    const from = needed(form, 'From');
    await this.inbound.accept(programId, sender, { providerMessageId, from, form, sentAt: null }, request.id);
    return NO_ANSWER;
  }

  /** The delivery state of a text. The claim in the URL settles a claim whose response was lost. */
  @Post('status/:claimId')
  @HttpCode(204)
  async status(
    @Param('programId') programId: string,
    @Param('claimId') claimId: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const { form, sender } = await this.genuine(programId, body, request, (posted) => posted['From']);
    const data = {
      claimId,
      providerMessageId: providerMessageIdIn(form),
      status: needed(form, 'MessageStatus'),
      errorCode: form['ErrorCode'] ?? null,
      form,
    };
    const context = this.context(
      programId,
      sender,
      request,
      await this.lookups.naturalKeys.posted(programId, claimId, form),
    );
    await this.commands.execute(new HandleDelivery(deliveryOfClaim(claimId), { type: 'NoteReceipt', data }, context));
  }

  /**
   * The form and its sender, if it was signed with the token of a sender of this program. Unsigned forms are counted;
   * signed ones have no limit, because the provider does not post a refused form again, and the text would be lost.
   * @throws WebhookNotGenuine, TooManyRequests
   */
  private async genuine(
    programId: string,
    body: unknown,
    request: FastifyRequest,
    ours: (form: Form) => string | undefined,
  ): Promise<{ form: Form; sender: Sender }> {
    const form = formOf(body);
    const sender = await this.signer(programId, form, request, ours(form));
    if (sender) return { form, sender };
    const usage = this.forged.take(clientAddress(request.ip));
    throw usage.isExceeded ? new TooManyRequests(usage) : new WebhookNotGenuine();
  }

  private async signer(
    programId: string,
    form: Form,
    request: FastifyRequest,
    phone: string | undefined,
  ): Promise<Sender | null> {
    const signature = String(request.headers['x-twilio-signature'] ?? '');
    // Not the format of a signature (HMAC-SHA1 in base64): nothing is read for it.
    if (!/^[A-Za-z0-9+/]{27}=$/.test(signature)) return null;
    const url = `${await this.address.url}${request.url}`;
    const program = await this.lookups.program(programId).catch((error: unknown) => {
      // A caller must not learn whether a program exists; a failure to read it is reported, so that the provider
      // retries.
      if (error instanceof ProgramNotFound) return null;
      throw error;
    });
    const sender = program?.senders.find((each) => each.accountSid === form['AccountSid'] && each.phone === phone);
    if (!sender) return null;
    // During a rotation the provider signs with either token. An erased token cannot verify anything.
    const tokens = [sender.authToken, sender.previousAuthToken].map((token) =>
      token === null ? null : unlessErased(token, null),
    );
    return tokens.some((token) => token !== null && this.signatures.isGenuine(token, signature, url, form))
      ? sender
      : null;
  }

  private context(
    programId: string,
    { accountSid }: Sender,
    { id }: FastifyRequest,
    commandId: string,
  ): CommandContext {
    return {
      programId,
      actor: { kind: 'provider', id: accountSid },
      commandId,
      correlationId: id,
      causationId: commandId,
      occurredAt: new Date(this.clock.now()).toISOString(),
      isDerived: true,
    };
  }
}

/** @throws InvalidRequest */
function formOf(body: unknown): Form {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  const repeated = entries.find(([, value]) => typeof value !== 'string');
  if (repeated)
    throw new InvalidRequest([
      { field: repeated[0], rule: 'isString', message: 'each form parameter must be given once, as text' },
    ]);
  return Object.fromEntries(entries) as Form;
}

/** @throws InvalidRequest unless it has the format of the provider's ids, such as SM and 32 hexadecimal digits */
function providerMessageIdIn({ MessageSid }: Form): string {
  if (!/^[A-Z]{2}[0-9a-fA-F]{32}$/.test(MessageSid ?? ''))
    throw new InvalidRequest([
      { field: 'MessageSid', rule: 'matches', message: 'MessageSid must be an id of the provider' },
    ]);
  return String(MessageSid);
}

/** @throws InvalidRequest */
function needed(form: Form, field: string): string {
  const value = form[field];
  if (!value || value.length > 200)
    throw new InvalidRequest([
      { field, rule: 'isNotEmpty', message: `${field} must be given, in at most 200 characters` },
    ]);
  return value;
}

export class WebhookNotGenuine extends DomainError {
  readonly code = 'WebhookNotGenuine';
  override readonly kind = 'forbidden';
  override readonly field = 'X-Twilio-Signature';
  constructor() {
    super('The signature does not match this URL, these parameters and an account of this program');
  }
}
