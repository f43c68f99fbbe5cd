import { appendFileSync } from 'node:fs';
import type { Meaning } from './keyword-texts.js';

type Interval = {
  /** The times of the first request and of the first response; ms since the epoch. */
  readonly startedAt: number;
  readonly ackedAt: number;
};

/** A message that was answered with 2xx. Its text is unique. */
export type SentMessage = Interval & {
  readonly kind: 'sent';
  readonly by: 'staff' | 'contact';
  readonly channel: 'in-app' | 'sms';
  readonly text: string;
  readonly conversationId: string;
  readonly messageId: string;
  /** The number that a text is sent to. */
  readonly phone: string | null;
  /** Who is notified of it by email. */
  readonly mailTo: readonly string[];
};
/** A message that was answered with a rule's code: nothing may be sent. */
export type RefusedMessage = {
  readonly kind: 'refused';
  readonly rule: string;
  readonly text: string;
  readonly conversationId: string;
};
/** A text whose webhook was answered with 200. */
export type InboundText = Interval & {
  readonly kind: 'inbound';
  readonly text: string;
  readonly meaning: Meaning | null;
  readonly from: string;
  readonly to: string;
  readonly sid: string;
};
/** A consent form: one automated text is due, or at most one if the contact sent keywords meanwhile. */
export type AskedForConsent = {
  readonly kind: 'asked';
  readonly phone: string;
  readonly conversationId: string;
  readonly isContested: boolean;
};
/** A conversation that staff read, archived or marked as unread. */
export type FiledConversation = Interval & { readonly kind: 'filed'; readonly conversationId: string };

export type Observation = SentMessage | RefusedMessage | InboundText | AskedForConsent | FiledConversation;

/** Everything that the product has acknowledged, stored independently of the product in a file that only grows. */
export class Witness {
  private readonly kept: Observation[] = [];

  constructor(private readonly path: string) {}

  keep(observation: Observation): void {
    appendFileSync(this.path, `${JSON.stringify(observation)}\n`);
    this.kept.push(observation);
  }

  all<Kind extends Observation['kind']>(kind: Kind): readonly Extract<Observation, { kind: Kind }>[] {
    return this.kept.filter(
      (observation): observation is Extract<Observation, { kind: Kind }> => observation.kind === kind,
    );
  }

  get size(): number {
    return this.kept.length;
  }
}
