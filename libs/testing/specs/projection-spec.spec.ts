import type { Document, ReadModel } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { newRecord, projectionSpec } from '../index.js';

type Event = Message<'Opened', { readonly house: string }> | Message<'Knocked'>;
type Door = Document & { readonly house: string; readonly knocks: number };

const doors: ReadModel<Door, Event> = {
  name: 'doors',
  categories: ['door'],
  handles: ['Opened', 'Knocked'],
  indexes: { byHouse: ['house'] },
  touches: (event) => event.aggregateId,
  evolve: (door, event) => {
    if (event.type === 'Opened') return { id: event.aggregateId, programId: 'p', house: event.data.house, knocks: 0 };
    return door && { ...door, knocks: door.knocks + 1 };
  },
};

const record = newRecord();
const opened = (id: string, house: string) => record<Event>(`door-${id}`, { type: 'Opened', data: { house } });
const knocked = (id: string) => record<Event>(`door-${id}`, { type: 'Knocked', data: {} });

describe('projectionSpec', () => {
  test('passes correct examples', () => {
    const spec = projectionSpec(doors);
    spec.given().when(opened('a', 'h')).then({ id: 'a', knocks: 0 });
    spec.given(opened('a', 'h'), knocked('a')).when(knocked('a')).then({ knocks: 2 });
    spec.given().when(knocked('a')).thenNothing();
    projectionSpec({ ...doors, handles: ['Opened'] })
      .given(opened('a', 'h'))
      .when(knocked('a'))
      .thenNothing();
    spec
      .given(opened('a', 'h'))
      .when(record<Event>('other-a', { type: 'Knocked', data: {} }))
      .thenNothing();
  });

  test('fails wrong examples', () => {
    const spec = projectionSpec(doors);
    expect(() => {
      spec.given().when(opened('a', 'h')).then({ knocks: 1 });
    }).toThrow();
    expect(() => {
      spec.given(opened('a', 'h')).when(knocked('a')).thenNothing();
    }).toThrow();
  });

  test('shows each document that an event touches', () => {
    const twice: ReadModel<Door, Event> = {
      ...doors,
      touches: (event) => [event.aggregateId, 'street'],
      evolve: (door, { metadata: { programId } }, id) => ({
        id,
        programId,
        house: 'h',
        knocks: (door?.knocks ?? 0) + 1,
      }),
    };
    for (const id of ['a', 'street'])
      projectionSpec(twice).given(opened('a', 'h')).when(knocked('a')).then({ id, knocks: 2 });
  });

  test('shows that an event deletes a document, also if it recounts the rest', () => {
    const counted: ReadModel<Door, Event> = {
      ...doors,
      evolve: (door, event, id) => {
        if (event.type === 'Opened')
          return { id, programId: 'p', house: event.data.house, knocks: (door?.knocks ?? 0) + 1 };
        return door && door.knocks > 1 ? { ...door, knocks: door.knocks - 1 } : null;
      },
    };
    const spec = projectionSpec(counted);
    spec.given(opened('a', 'h'), opened('a', 'h'), knocked('a')).when(knocked('a')).thenDeleted();
    spec.given(opened('a', 'h'), knocked('a')).when(opened('a', 'h')).then({ knocks: 1 });
    expect(() => {
      spec.given(opened('a', 'h'), opened('a', 'h')).when(knocked('a')).thenDeleted();
    }).toThrow();
  });

  test('notices a projection that changes its document in place, or differs when repeated', () => {
    const counter = { count: 0 };
    const unstable = {
      ...doors,
      evolve: () => ({ id: 'a', programId: 'p', house: 'h', knocks: (counter.count += 1) }),
    };
    expect(() => {
      projectionSpec<Door, Event>(unstable).given().when(opened('a', 'h')).then({ id: 'a' });
    }).toThrow();
    const changing = {
      ...doors,
      evolve: (door: Door | null, event: Recorded<Event>, id: string) =>
        door ? Object.assign(door, { knocks: 1 }) : doors.evolve(door, event, id),
    };
    expect(() => {
      projectionSpec(changing).given(opened('a', 'h')).when(knocked('a')).then({ id: 'a' });
    }).toThrow();
  });
});
