import { TemporaryFolder } from '@app/testing/embedded';
import type { Engines } from '@app/eventing';
import type { Document, DocumentWrite, ReadModel } from '@app/eventing';
import { permissionsOf, type Message, type Recorded, type Role } from '@app/kernel';
import { documentsOf, newRecord, positionAt, sampleOf, samples, type RecordFact } from '@app/testing';
import { consentsProjection } from '../consents/consents.projection.js';
import { contactsProjection } from '../contacts/contacts.projection.js';
import { programsProjection } from '../programs/programs.projection.js';
import { ReadModelReader } from '../read-model-reader.js';
import { inboxProjection } from './inbox.projection.js';
import { mutesModel } from '../mutes/mutes.projection.js';
import { readingsModel } from '../readings/readings.projection.js';
import { InboxQueries } from './inbox.queries.js';

const models: readonly ReadModel[] = [
  inboxProjection,
  contactsProjection,
  consentsProjection,
  programsProjection,
  mutesModel,
  readingsModel,
];

const viewerOf = (programId: string, role: Role = 'agent') => ({
  programId,
  id: 'anna',
  role,
  permissions: permissionsOf({ role }),
});

describe('inbox queries', () => {
  let folder: TemporaryFolder;
  let engines: Engines;
  let record: RecordFact;
  let inbox: InboxQueries;
  let facts: Recorded<Message>[];
  let written: number;
  beforeEach(async () => {
    folder = new TemporaryFolder();
    engines = await folder.open();
    record = newRecord();
    facts = [];
    written = 0;
    inbox = new InboxQueries(new ReadModelReader(engines.readModels));
    for (const model of models) await engines.readModels.prepare(model);
    happened('program-program-1', sampleOf('ProgramCreated'));
    happened('program-program-1', sampleOf('SenderAdded'));
  });
  afterEach(() => folder.remove());

  function happened(stream: string, event: Message): void {
    facts.push(record(stream, event));
  }
  const started = (id: string, contactId = 'contact-rita') =>
    happened(`conversation-${id}`, {
      type: 'ConversationStarted',
      data: { ...samples.ConversationStarted, conversationId: id, contactId },
    });
  const received = (id: string) => happened(`conversation-${id}`, sampleOf('MessageReceived'));

  /** All events so far, in all the models. */
  async function project(): Promise<void> {
    written += 1;
    for (const model of models) {
      const rows: readonly Document[] = [...documentsOf(model, facts).values()];
      const writes: DocumentWrite[] = rows.map((document) => ({ document, position: positionAt(written) }));
      await engines.readModels.write(model, writes, {
        from: written === 1 ? null : positionAt(written - 1),
        to: positionAt(written),
      });
    }
  }

  it('I1, M4: shows the number until there is a name, with consent and lead state', async () => {
    happened('contact-contact-rita', { type: 'ContactCreated', data: { ...samples.ContactCreated, name: null } });
    started('c1');
    await project();
    expect(await inbox.one(viewerOf('program-1'), 'c1')).toMatchObject({
      displayName: '+15551234567',
      phone: '+15551234567',
      consent: 'none',
      leadState: 'none',
    });
    happened('contact-contact-rita', sampleOf('ContactDetailsChanged'));
    happened('consent-1', sampleOf('OptedIn'));
    await project();
    expect(await inbox.one(viewerOf('program-1'), 'c1')).toMatchObject({
      displayName: 'Rita R.',
      consent: 'yes',
      leadState: 'lead',
    });
  });

  it('I6: a conversation without staff is muted by default, except for owners and managers', async () => {
    const data = { ...samples.ConversationStarted, conversationId: 'c1', by: null };
    happened('conversation-c1', { type: 'ConversationStarted', data });
    await project();
    const isMutedFor = async (role: Role) => (await inbox.one(viewerOf('program-1', role), 'c1'))?.isMuted;
    expect(await isMutedFor('agent')).toBe(true);
    for (const role of ['owner', 'manager'] as const) expect(await isMutedFor(role)).toBe(false);
  });

  it('I2: the Inbox is Unread, Read and Replied; Archived is apart', async () => {
    for (const id of ['c1', 'c2', 'c3', 'c4']) started(id);
    received('c2');
    happened('conversation-c3', sampleOf('MessageSent'));
    happened('conversation-c4', sampleOf('ConversationArchived'));
    await project();
    const ids = async (folderChoice?: 'inbox' | 'all' | 'unread' | 'read' | 'replied' | 'archived') =>
      (await inbox.page(viewerOf('program-1'), { folder: folderChoice }, undefined, 10)).documents.map(({ id }) => id);
    expect(await ids()).toEqual(['c3', 'c2', 'c1']);
    expect(await ids('all')).toEqual(['c3', 'c2', 'c4', 'c1']);
    expect([await ids('unread'), await ids('read'), await ids('replied'), await ids('archived')]).toEqual([
      ['c2'],
      ['c1'],
      ['c3'],
      ['c4'],
    ]);
  });

  it('I9: pages continue where the last one ended, although conversations moved up in between', async () => {
    for (let n = 1; n <= 7; n += 1) started(`c${n}`);
    await project();
    const first = await inbox.page(viewerOf('program-1'), {}, undefined, 3);
    expect(first.documents.map(({ id }) => id)).toEqual(['c7', 'c6', 'c5']);
    received('c6');
    started('c8');
    await project();
    const second = await inbox.page(viewerOf('program-1'), {}, first.next ?? '', 3);
    expect(second.documents.map(({ id }) => id)).toEqual(['c4', 'c3', 'c2']);
    const third = await inbox.page(viewerOf('program-1'), {}, second.next ?? '', 3);
    expect(third).toMatchObject({ documents: [{ id: 'c1' }], next: null });
  });

  it('I9: a page reads no more documents when there are a hundred times as many', async () => {
    const asked: number[] = [];
    const { readModels } = engines;
    const counting: typeof readModels = Object.assign(Object.create(readModels) as typeof readModels, {
      page: async (...request: Parameters<typeof readModels.page>) => {
        const page = await readModels.page(...request);
        asked.push(page.documents.length);
        return page;
      },
      get: (...request: Parameters<typeof readModels.get>) => {
        asked.push(request[2].length);
        return readModels.get(...request);
      },
    });
    const cost = async (): Promise<number[]> => {
      asked.length = 0;
      await new InboxQueries(new ReadModelReader(counting)).page(viewerOf('program-1'), {}, undefined, 10);
      return [...asked];
    };
    happened('contact-contact-rita', sampleOf('ContactCreated'));
    for (let n = 0; n < 15; n += 1) started(`c${n}`);
    await project();
    const few = await cost();
    for (let n = 15; n < 1_500; n += 1) started(`c${n}`);
    await project();
    expect(few).toEqual([10, 1, 1, 10, 10, 1]);
    expect(await cost()).toEqual(few);
  });

  it('G5: another program sees nothing of it', async () => {
    started('c1');
    await project();
    expect(await inbox.one(viewerOf('program-2'), 'c1')).toBeNull();
    expect(await inbox.page(viewerOf('program-2'), { folder: 'all' }, undefined, 10)).toEqual({
      documents: [],
      next: null,
      previous: null,
    });
  });
});
