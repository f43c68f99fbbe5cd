import { DomainError, type Decider, type Message } from '@app/kernel';
import { deciderSpec } from '../index.js';

type Command = Message<'Open', { readonly name: string }> | Message<'Close'>;
type Event = Message<'Opened', { readonly name: string }> | Message<'Closed'>;

class AlreadyOpen extends DomainError {
  readonly code = 'AlreadyOpen';
}

const door: Decider<'open' | 'closed', Command, Event> = {
  initialState: 'closed',
  decide: (command, state) => {
    if (command.type === 'Close') return state === 'open' ? [{ type: 'Closed', data: {} }] : [];
    if (state === 'open') throw new AlreadyOpen('The door is open');
    return [{ type: 'Opened', data: { name: command.data.name } }];
  },
  evolve: (_, event) => (event.type === 'Opened' ? 'open' : 'closed'),
};

describe('deciderSpec', () => {
  const spec = deciderSpec(door);
  const opened: Event = { type: 'Opened', data: { name: 'a' } };

  test('passes correct examples', () => {
    spec
      .given()
      .when({ type: 'Open', data: { name: 'a' } })
      .then(opened);
    spec.given(opened).when({ type: 'Close', data: {} }).then({ type: 'Closed', data: {} });
    spec.given().when({ type: 'Close', data: {} }).thenNothing();
    spec
      .given(opened)
      .when({ type: 'Open', data: { name: 'b' } })
      .thenThrows(AlreadyOpen);
  });

  test('fails wrong examples', () => {
    const open = spec.given().when({ type: 'Open', data: { name: 'b' } });
    expect(() => {
      open.then(opened);
    }).toThrow();
    expect(() => {
      open.thenNothing();
    }).toThrow();
    expect(() => {
      open.thenThrows(AlreadyOpen);
    }).toThrow();
  });
});
