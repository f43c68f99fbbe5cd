import { Injectable } from '@nestjs/common';
import { Lookups, type CreatedProgram, type DeliveryIntent } from '@app/application';
import { DeliveryNotDue, type DeliveryRequested } from '@app/domain/delivery';
import { DeliveryQueries } from '@app/read-models';
import { DeliveryWriter } from './delivery-writer.js';
import { EmailGate } from './email-gate.js';

type Request = DeliveryRequested['data'];

/** Of more unsent emails to one person the rest is sent later. */
const MOST_IN_DIGEST = 50;

/**
 * Puts the unsent emails to one person into one of them, the digest. Which ones it may include is stored first, so that
 * it has the same ones after a crash. Each of them then stores that it is included, or was sent meanwhile: their own
 * streams decide, so that none is sent twice or forgotten.
 */
@Injectable()
export class Digests {
  /** One at a time for each person: two at once would share the messages between them. */
  private readonly gathering = new Map<string, Promise<void>>();

  constructor(
    private readonly lookups: Lookups,
    private readonly deliveries: DeliveryQueries,
    private readonly gate: EmailGate,
    private readonly writer: DeliveryWriter,
  ) {}

  /** The other deliveries that the email of this one tells about. @throws DeliveryNotDue */
  gather(...asked: Parameters<Digests['gatherNow']>): Promise<Request[]> {
    const [{ programId }, { recipient }] = asked;
    const person = JSON.stringify([programId, recipient.kind, recipient.id]);
    const gathering = (this.gathering.get(person) ?? Promise.resolve()).then(() => this.gatherNow(...asked));
    const ended = gathering.then(ignore, ignore).finally(() => {
      if (this.gathering.get(person) === ended) this.gathering.delete(person);
    });
    this.gathering.set(person, ended);
    return gathering;
  }

  private async gatherNow(
    program: CreatedProgram,
    request: Request,
    planned: readonly string[] | null,
  ): Promise<Request[]> {
    const deliveryIds = planned ?? (await this.plan(program, request));
    const included: Request[] = [];
    for (const id of deliveryIds) {
      const one = await this.include(program, id, request.deliveryId);
      if (one) included.push(one);
    }
    return included;
  }

  private async plan({ programId }: CreatedProgram, { deliveryId, recipient }: Request): Promise<readonly string[]> {
    const rows = await this.deliveries.emailsTo(programId, recipient, MOST_IN_DIGEST);
    const deliveryIds = rows.map(({ id }) => id).filter((id) => id !== deliveryId);
    if (deliveryIds.length > 0)
      await this.writer.write({ programId, id: deliveryId }, { type: 'PlanDigest', data: { deliveryIds } });
    return deliveryIds;
  }

  /** `null` for one that is sent by itself, or not wanted. */
  private async include(program: CreatedProgram, id: string, digestId: string): Promise<Request | null> {
    const { programId } = program;
    const delivery = await this.lookups.delivery(programId, id);
    if (delivery.status === 'none') return null;
    const { request, status } = delivery;
    const rule = await this.gate.message(program, request);
    if (status === 'included') return delivery.digestId === digestId && rule === null ? request : null;
    const intent: DeliveryIntent =
      rule === null
        ? { type: 'IncludeDelivery', data: { digestId } }
        : { type: 'WithholdDelivery', data: { rule, refusedSenderId: null, consents: [] } };
    try {
      await this.writer.write({ programId, id }, intent);
      return rule === null ? request : null;
    } catch (error) {
      if (error instanceof DeliveryNotDue) return null;
      throw error;
    }
  }
}

const ignore = (): void => undefined;
