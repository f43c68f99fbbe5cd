import { Injectable } from '@nestjs/common';
import type { CreatedProgram } from '@app/application';
import { EmailGateway, type Email } from '@app/gateways';
import { digestMs } from '@app/kernel';
import type { Delivery, DeliveryRequested } from '@app/domain/delivery';
import { Digests } from './digests.js';
import { EmailComposer, type Told } from './email-composer.js';
import { EmailGate } from './email-gate.js';
import { MessageContents, SourceMissing } from './message-content.js';
import type { Prepared } from './prepared.js';

type Open = Exclude<Delivery, { status: 'none' }>;

/** Prepares the email of a delivery, or says why there is none, or not yet. */
@Injectable()
export class Emails {
  constructor(
    private readonly contents: MessageContents,
    private readonly gate: EmailGate,
    private readonly digests: Digests,
    private readonly composer: EmailComposer,
    private readonly email: EmailGateway,
  ) {}

  /** @throws SourceMissing, ContentErased, DeliveryNotDue */
  async prepare(program: CreatedProgram, { request, isPostponed, digest }: Open): Promise<Prepared> {
    const addressee = await this.gate.person(program, request.recipient);
    if ('rule' in addressee) return addressee;
    const rule = await this.gate.message(program, request);
    if (rule !== null && digest === null) return { rule };
    const waits = digestMs(addressee.choice);
    if (waits > 0 && !isPostponed) return { notBefore: new Date(Date.parse(request.notBefore) + waits).toISOString() };
    const isDigest = waits > 0 || digest !== null;
    const others = isDigest ? await this.digests.gather(program, request, digest) : [];
    return this.composed(program, request, { rule, others, to: addressee.to });
  }

  /** @param rule why it does not tell about the message of the request itself */
  private async composed(
    program: CreatedProgram,
    request: DeliveryRequested['data'],
    {
      rule,
      others,
      to,
    }: {
      readonly rule: string | null;
      readonly others: readonly DeliveryRequested['data'][];
      readonly to: Email['to'];
    },
  ): Promise<Prepared> {
    const own = rule === null ? [await this.told(request)] : [];
    const told = [...own, ...(await this.toldOf(others))];
    if (told.length === 0) return { rule: rule ?? 'AlreadyRead' };
    const email = await this.composer.compose(program, request, told, to);
    return { call: () => this.email.send(email), road: 'email' };
  }

  private async told(request: DeliveryRequested['data']): Promise<Told> {
    return { conversationId: request.conversationId, content: await this.contents.message(request) };
  }

  /** Without those that were erased meanwhile. */
  private async toldOf(requests: readonly DeliveryRequested['data'][]): Promise<readonly Told[]> {
    const told: Told[] = [];
    for (const request of requests)
      try {
        told.push(await this.told(request));
      } catch (error) {
        if (!(error instanceof SourceMissing)) throw error;
      }
    return told;
  }
}
