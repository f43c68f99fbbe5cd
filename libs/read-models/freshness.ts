import { Injectable } from '@nestjs/common';
import { Checkpoints, Journal, type ModelDefinition } from '@app/eventing';
import { DomainError, type Position } from '@app/kernel';

const LONGEST_WAIT_MS = 5_000;

/** Lets a query see what a command has just done: waits until the read models that it reads have reached its position. */
@Injectable()
export class Freshness {
  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly journal: Journal,
  ) {}

  /**
   * @param models what the query reads, as its class declares it; the others may be as far behind as they are
   * @throws InvalidPosition for what is not a position of this record, PositionNotReached after five seconds
   */
  async reach(position: Position | undefined, models: readonly Pick<ModelDefinition, 'name'>[]): Promise<void> {
    if (position === undefined) return;
    const head = await this.journal.head();
    if (head === null || shape(position) !== shape(head) || position > head) throw new InvalidPosition();
    const reached = await Promise.all(
      models.map(({ name }) => this.checkpoints.waitFor(name, position, LONGEST_WAIT_MS)),
    );
    if (reached.includes(false)) throw new PositionNotReached();
  }
}

/** Positions of one record are alike but for their digits. */
const shape = (position: Position): string => position.replaceAll(/\d/g, '0');

export class InvalidPosition extends DomainError {
  readonly code = 'InvalidPosition';
  override readonly kind = 'invalid';
  override readonly field = 'position';
  constructor() {
    super('This is not a position of this record: give one that a command answered with');
  }
}
export class PositionNotReached extends DomainError {
  readonly code = 'PositionNotReached';
  override readonly field = 'position';
  constructor() {
    super('What this reads has not come that far yet; try again');
  }
}
