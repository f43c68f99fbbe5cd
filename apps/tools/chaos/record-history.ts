import { openEngines } from '@app/composition';
import { eventTypes, subjectHomes, upcasters } from '@app/domain';
import { EventCodec, EventLog } from '@app/eventing';
import { loadConfiguration } from '@app/platform';
import type { Recorded } from '@app/kernel';
import type { ConsentEvent } from '@app/domain/consent';
import type { DeliveryEvent } from '@app/domain/delivery';
import type { InboundEvent } from '@app/domain/inbound';

/** `claimedAt` is in ms since the epoch; `revisions` are those of the consents that were read, by consent id. */
export type Claim = {
  readonly position: string;
  readonly claimedAt: number;
  readonly revisions: ReadonlyMap<string, number>;
};
/**
 * An event of a consent; `providerMessageId` is that of the text which it was decided on. `recordedAt` is in ms since
 * the epoch.
 */
export type ConsentFact = {
  readonly consentId: string;
  readonly revision: number;
  readonly position: string;
  readonly recordedAt: number;
  readonly type: ConsentEvent['type'];
  readonly providerMessageId: string | null;
};

/** The stored events about keywords and claims. */
export type RecordHistory = {
  readonly claims: ReadonlyMap<string, Claim>;
  /** The position at which each inbound text was accepted, by the provider's id of it. */
  readonly accepted: ReadonlyMap<string, string>;
  readonly consents: readonly ConsentFact[];
  /** Why deliveries were not sent: the rule, once for each delivery. */
  readonly withheld: readonly string[];
  /** Why claims were released, once for each claim. */
  readonly released: readonly string[];
};

/** Only when no embedded engine is in use any more. */
export async function readRecord(environment: Readonly<Record<string, string>>): Promise<RecordHistory> {
  const claims = new Map<string, Claim>();
  const accepted = new Map<string, string>();
  const consents: ConsentFact[] = [];
  const withheld: string[] = [];
  const released: string[] = [];
  const note = (event: Recorded<ConsentEvent | DeliveryEvent | InboundEvent>): void => {
    const { position } = event;
    if (event.stream.startsWith('consent-')) consents.push(factOf(event as Recorded<ConsentEvent>));
    else if (event.type === 'InboundReceived') accepted.set(event.data.providerMessageId, position);
    else if (event.type === 'DeliveryWithheld') withheld.push(event.data.rule);
    else if (event.type === 'DeliveryReleased') released.push(event.data.cause);
    else if (event.type === 'DeliveryClaimed') {
      const { claimId, claimedAt, consents: read } = event.data;
      claims.set(claimId, {
        position,
        claimedAt: Date.parse(claimedAt),
        revisions: new Map(read.map(({ consentId, revision }) => [consentId, revision])),
      });
    }
  };
  const { eventStore, keyring, close } = await openEngines(loadConfiguration(environment));
  try {
    const eventLog = new EventLog(eventStore, new EventCodec(eventTypes, keyring, upcasters), subjectHomes);
    const head = await eventLog.head();
    const categories = ['consent', 'delivery', 'inbound'];
    if (head !== null)
      for await (const { events, position } of eventLog.follow<ConsentEvent | DeliveryEvent | InboundEvent>({
        after: null,
        categories,
        signal: new AbortController().signal,
      })) {
        for (const event of events) note(event);
        if (position >= head) break;
      }
    return { claims, accepted, consents, withheld, released };
  } finally {
    await close();
  }
}

function factOf(event: Recorded<ConsentEvent>): ConsentFact {
  const { aggregateId: consentId, revision, position, type, metadata, data } = event;
  return {
    consentId,
    revision,
    position,
    recordedAt: Date.parse(metadata.recordedAt),
    type,
    providerMessageId: 'providerMessageId' in data ? data.providerMessageId : null,
  };
}
