import {
  Partitions,
  Progress,
  type Checkpoints,
  type Document,
  type EventLog,
  type ModelDefinition,
  type ReadModelStore,
} from '@app/eventing';
import { permissionsOf } from '@app/kernel';
import { Freshness, InvalidPosition, PositionNotReached } from './freshness.js';
import { InboxQueries } from './inbox/inbox.queries.js';
import { ReadModelReader } from './read-model-reader.js';

const position = '0000000007';

/**
 * The steps of a query, in order, on a store in which each model holds a document; `behind` is a model that does not
 * progress.
 */
function watched(behind = '', partitions = new Partitions()) {
  const steps: string[] = [];
  const get = ({ name }: ModelDefinition, programId: string, ids: readonly string[]): Promise<readonly Document[]> => {
    steps.push(`reads ${name}`);
    return Promise.resolve(
      ids.map((id) => ({ id, programId, phones: [], addressIds: ['a'], senders: [], emails: [] })),
    );
  };
  const waitFor = (name: string): Promise<boolean> => {
    steps.push(`waits for ${name}`);
    return Promise.resolve(name !== behind);
  };
  const reached = (name: string): Promise<string> => {
    steps.push(`looks at ${name}`);
    return Promise.resolve(name === 'mutes' ? '0000000004' : position);
  };
  const eventLog = { head: () => Promise.resolve(position) };
  return {
    steps,
    freshness: new Freshness(
      new Progress({ waitFor, reached } as unknown as Checkpoints, partitions),
      eventLog as unknown as EventLog,
    ),
    inbox: new InboxQueries(new ReadModelReader({ get } as unknown as ReadModelStore)),
  };
}

const agent = { role: 'agent' } as const;
const viewerOf = (programId: string) => ({ programId, id: 'anna', ...agent, permissions: permissionsOf(agent) });

describe('freshness', () => {
  it('rule 9: waits for the read models that a query reads, each before it is read, and for no other', async () => {
    const { steps, freshness, inbox } = watched();
    await freshness.at(position, () => inbox.one(viewerOf('program-1'), 'conversation-1'));
    expect(steps.slice(0, 2)).toEqual(['waits for inbox', 'reads inbox']);
    for (const model of ['inbox', 'contacts', 'programs', 'mutes', 'readings', 'consents'])
      expect(steps.indexOf(`waits for ${model}`)).toBeLessThan(steps.indexOf(`reads ${model}`));
    expect(steps.filter((step) => step.startsWith('waits'))).toHaveLength(6);
  });

  it('I10: a list is read at the lowest position that its read models had reached before', async () => {
    const { steps, freshness, inbox } = watched();
    const { cursor } = await freshness.list('program-1', undefined, async () => {
      await inbox.one(viewerOf('program-1'), 'conversation-1');
      return { documents: [], next: null, previous: null };
    });
    expect(cursor).toBe('0000000004');
    for (const model of ['inbox', 'contacts', 'programs', 'mutes', 'readings', 'consents'])
      expect(steps.indexOf(`looks at ${model}`)).toBeLessThan(steps.indexOf(`reads ${model}`));
  });

  it('rule 9: waits for nothing without a position', async () => {
    const { steps, freshness, inbox } = watched();
    await freshness.at(undefined, () => inbox.one(viewerOf('program-1'), 'conversation-1'));
    await inbox.one(viewerOf('program-1'), 'conversation-1');
    expect(steps.filter((step) => step.startsWith('waits'))).toEqual([]);
  });

  it('rule 9: throws when a read model does not reach the position, and for an invalid position', async () => {
    const { freshness, inbox } = watched('consents');
    const one = () => inbox.one(viewerOf('program-1'), 'conversation-1');
    await expect(freshness.at(position, one)).rejects.toThrow(PositionNotReached);
    for (const wrong of ['7', '0000000008']) await expect(freshness.at(wrong, one)).rejects.toThrow(InvalidPosition);
  });
});
