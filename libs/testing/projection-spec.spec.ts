import type { Document } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { projectionSpec, type Projection } from './index.js';

type Event = Message<'Opened', { readonly house: string }> | Message<'Knocked'> | Message<'HousePainted', { readonly color: string }>;
type Door = Document & { readonly house: string; readonly knocks: number; readonly color: string };

const doors: Projection<Event, Door> = {
  name: 'doors',
  categories: ['door', 'house'],
  indexes: { byHouse: ['house'] },
  touches: (event) => {
    if (event.type === 'HousePainted') return { index: 'byHouse', value: event.aggregateId };
    return event.aggregateId;
  },
  evolve: (door, event) => {
    if (event.type === 'Opened') return { id: event.aggregateId, house: event.data.house, knocks: 0, color: 'red' };
    if (!door) return null;
    if (event.type === 'Knocked') return { ...door, knocks: door.knocks + 1 };
    return { ...door, color: event.data.color };
  },
};

let position = 0;
function recorded(stream: string, event: Event): Recorded<Event> {
  position += 1;
  const aggregateId = stream.slice(stream.indexOf('-') + 1);
  const metadata = {} as Recorded<Event>['metadata'];
  return { ...event, eventId: `${position}`, stream, aggregateId, revision: 0, position: String(position).padStart(5, '0'), metadata };
}
const opened = (id: string, house: string) => recorded(`door-${id}`, { type: 'Opened', data: { house } });
const knocked = (id: string) => recorded(`door-${id}`, { type: 'Knocked', data: {} });
const painted = (id: string, color: string) => recorded(`house-${id}`, { type: 'HousePainted', data: { color } });

describe('projectionSpec', () => {
  test('passes examples that hold', () => {
    const spec = projectionSpec(doors);
    spec.given().when(opened('a', 'h')).then({ id: 'a', knocks: 0 });
    spec.given(opened('a', 'h'), knocked('a')).when(knocked('a')).then({ knocks: 2 });
    spec.given(opened('b', 'h'), opened('a', 'h'), opened('c', 'x')).when(painted('h', 'blue')).then({ id: 'a', color: 'blue' }, { id: 'b', color: 'blue' });
    spec.given().when(knocked('a')).thenNothing();
    spec.given(opened('a', 'h')).when(recorded('other-a', { type: 'Knocked', data: {} })).thenNothing();
  });

  test('fails examples that do not', () => {
    const spec = projectionSpec(doors);
    expect(() => {
      spec.given().when(opened('a', 'h')).then({ knocks: 1 });
    }).toThrow();
    expect(() => {
      spec.given(opened('a', 'h')).when(knocked('a')).thenNothing();
    }).toThrow();
  });

  test('notices a projection that changes its document in place, or is not the same twice', () => {
    const counter = { count: 0 };
    const unstable = { ...doors, evolve: () => ({ id: 'a', house: 'h', color: 'red', knocks: (counter.count += 1) }) };
    expect(() => {
      projectionSpec(unstable).given().when(opened('a', 'h')).then({ id: 'a' });
    }).toThrow();
    const changing = {
      ...doors,
      evolve: (door: Door | null, event: Recorded<Event>) => (door ? Object.assign(door, { knocks: 1 }) : doors.evolve(door, event)),
    };
    expect(() => {
      projectionSpec(changing).given(opened('a', 'h')).when(knocked('a')).then({ id: 'a' });
    }).toThrow();
  });
});
