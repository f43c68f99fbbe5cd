import { noAttempts } from '@app/domain/delivery';
import type { Document, ModelDefinition, Page, ReadModelStore } from '@app/eventing';
import { ConsentQueries } from './consents/consent.queries.js';
import { ContactQueries } from './contacts/contact.queries.js';
import { DeliveryQueries } from './deliveries/delivery.queries.js';
import { InboxQueries } from './inbox/inbox.queries.js';
import { ReferralQueries } from './referrals/referral.queries.js';
import { ThreadQueries } from './thread/thread.queries.js';

const programId = 'program-1';
const consent = {
  status: 'yes',
  purpose: null,
  since: '',
  folded: { form: 'yes', askedAt: null, optOut: null, optIns: [] },
};
/** A document of each model, with all that leads to others. */
const documents: Readonly<Record<string, object>> = {
  programs: {
    senders: [
      { id: 'sender-1', phone: '+1' },
      { id: 'sender-2', phone: '+2' },
    ],
  },
  contacts: { programId, name: 'Rita', phones: ['+3'], phoneIds: ['address-1'], emails: [] },
  consents: { programId, senders: { 'sender-1': consent } },
  inbox: { programId, contactId: 'contact-1', referralId: null },
  referrals: { programId, referrerId: 'contact-1', referredId: 'contact-2', openConversations: [] },
  thread: {
    programId,
    conversationId: 'conversation-1',
    deliveryId: 'delivery-1',
    kind: 'refusal',
    direction: 'out',
    refusedSenderId: 'sender-1',
  },
  deliveries: { programId, status: 'accepted', attempts: noAttempts },
};

/** Holds one document of each model, and knows which models were read. */
class WatchedStore {
  readonly read = new Set<string>();

  get(model: ModelDefinition, ids: readonly string[]): Promise<readonly Document[]> {
    this.read.add(model.name);
    return Promise.resolve(ids.map((id) => ({ id, ...documents[model.name] })));
  }

  async page(model: ModelDefinition): Promise<Page> {
    return { documents: await this.get(model, ['1']), next: null };
  }

  search(model: ModelDefinition): Promise<readonly Document[]> {
    return this.get(model, ['1']);
  }
}

type Asked = (store: ReadModelStore) => Promise<unknown>;
const contacts = (store: ReadModelStore): ContactQueries => new ContactQueries(store, new InboxQueries(store));
const referrals = (store: ReadModelStore): ReferralQueries =>
  new ReferralQueries(store, contacts(store), new InboxQueries(store));

const queries: readonly (readonly [string, readonly { readonly name: string }[], Asked])[] = [
  [
    'consents to renew',
    ConsentQueries.reads.toRenew,
    (store) => new ConsentQueries(store).toRenew(programId, undefined, 1),
  ],
  ['contacts by a search', ContactQueries.reads.find, (store) => contacts(store).find(programId, 'r', 1)],
  ['a contact', ContactQueries.reads.one, (store) => contacts(store).one(programId, 'contact-1')],
  ['the page of a contact', ContactQueries.reads.page, (store) => contacts(store).page(programId, 'contact-1')],
  [
    'deliveries',
    DeliveryQueries.reads.page,
    (store) => new DeliveryQueries(store).page(programId, 'uncertain', undefined, 1),
  ],
  ['the inbox', InboxQueries.reads.page, (store) => new InboxQueries(store).page(programId, {}, undefined, 1)],
  ['a conversation', InboxQueries.reads.one, (store) => new InboxQueries(store).one(programId, 'conversation-1')],
  ['referrals', ReferralQueries.reads.list, (store) => referrals(store).list(programId, undefined, 1)],
  ['the page of a referral', ReferralQueries.reads.page, (store) => referrals(store).page(programId, 'referral-1')],
  [
    'a thread',
    ThreadQueries.reads.page,
    (store) => new ThreadQueries(store).page('conversation-1', 'asc', undefined, 1),
  ],
];

it.each(queries)('rule 9: %s waits for the read models that it reads, and for no other', async (_, declared, ask) => {
  const store = new WatchedStore();
  await ask(store as unknown as ReadModelStore);
  expect([...store.read].toSorted()).toEqual([...new Set(declared.map(({ name }) => name))].toSorted());
});
