import { decideByType, DomainError, type Decider, type Message, type Open } from '@app/kernel';
import type { BlockEvent, BlockLifted, BlockPlaced, MessageBlocked } from './block.events.js';

export type BlockCommand =
  | Message<'PlaceBlock', Open<BlockPlaced['data']>>
  | Message<'LiftBlock', BlockLifted['data']>
  | Message<'NoteBlockedMessage', Open<MessageBlocked['data']>>;

export type Block = { readonly status: 'none' | 'blocked' | 'lifted' };

export const blockDecider: Decider<Block, BlockCommand, BlockEvent> = {
  initialState: { status: 'none' },

  decide: decideByType<Block, BlockCommand, BlockEvent>({
    PlaceBlock: (data, { status }) => (status === 'blocked' ? [] : [{ type: 'BlockPlaced', data }]),
    LiftBlock(data, { status }) {
      if (status === 'none') throw new BlockNotFound();
      return status === 'blocked' ? [{ type: 'BlockLifted', data }] : [];
    },
    NoteBlockedMessage(data, { status }) {
      if (status !== 'blocked') throw new NotBlocked();
      return [{ type: 'MessageBlocked', data }];
    },
  }),

  evolve(state, { type }) {
    if (type === 'MessageBlocked') return state;
    return { status: type === 'BlockPlaced' ? 'blocked' : 'lifted' };
  },
};

export class BlockNotFound extends DomainError {
  readonly code = 'BlockNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('The program has no such block');
  }
}
/** The block was lifted meanwhile: the message belongs in its conversation. */
export class NotBlocked extends DomainError {
  readonly code = 'NotBlocked';
  constructor() {
    super('The block was lifted');
  }
}
