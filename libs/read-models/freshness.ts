import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { EventLog, Progress, type ModelDefinition, type Page } from '@app/eventing';
import { DomainError, type Position } from '@app/kernel';

const LONGEST_WAIT_MS = 5_000;

type Model = Pick<ModelDefinition, 'name'>;
const wanted = new AsyncLocalStorage<(model: Model, programId: string | null) => Promise<void>>();

/**
 * Waits until the read model shows the program, or every program, up to the position given to {@link Freshness.at}.
 * @throws PositionNotReached
 */
export const reachWanted = async (model: Model, programId: string | null): Promise<void> =>
  wanted.getStore()?.(model, programId);

/** Lets a query see the effect of an earlier command. */
@Injectable()
export class Freshness {
  constructor(
    private readonly progress: Progress,
    private readonly eventLog: EventLog,
  ) {}

  /**
   * Reads at this position or later: waits for each read model when it is read. Other read models may lag.
   * @throws InvalidPosition for an invalid position, PositionNotReached after five seconds
   */
  async at<Result>(position: Position | undefined, read: () => Promise<Result>): Promise<Result> {
    if (position === undefined) return read();
    const head = await this.eventLog.head();
    if (head === null || shape(position) !== shape(head) || position > head) throw new InvalidPosition();
    const end = performance.now() + LONGEST_WAIT_MS;
    const waits = new Map<string, Promise<boolean>>();
    return wanted.run(async (model, programId) => {
      const key = `${model.name} ${programId}`;
      const left = Math.max(0, end - performance.now());
      const wait = waits.get(key) ?? this.progress.waitFor(model, position, left, programId);
      waits.set(key, wait);
      if (!(await wait)) throw new PositionNotReached();
    }, read);
  }

  /** A page of a program's list, or counts, at this position or later, and up to which position it shows everything. */
  async list<Result extends object>(
    programId: string,
    position: Position | undefined,
    read: () => Promise<Result>,
  ): Promise<Result & Pick<Listing<never>, 'cursor'>> {
    const checkpoints = new Map<string, Promise<Position | null>>();
    const page = await this.at(position, () => {
      const wait = wanted.getStore();
      return wanted.run(async (model, ofProgram) => {
        await wait?.(model, ofProgram);
        const checkpoint = checkpoints.get(model.name) ?? this.progress.reached(model, programId);
        checkpoints.set(model.name, checkpoint);
        // Before the read, so that the page shows at least this much.
        await checkpoint;
      }, read);
    });
    const cursor = lowest(await Promise.all(checkpoints.values()));
    // Where another process projects, its checkpoints are stored a little later than they are waited for.
    return { ...page, cursor: position !== undefined && (cursor ?? '') < position ? position : cursor };
  }
}

/** A page of a list; `cursor`: everything up to this position is in it, later events may be. */
export type Listing<Row> = Page<Row> & { readonly cursor: Position | null };

const lowest = (positions: readonly (Position | null)[]): Position | null =>
  positions.includes(null) ? null : (positions.toSorted()[0] ?? null);

/** Positions of one event store differ only in their digits. */
const shape = (position: Position): string => position.replaceAll(/\d/g, '0');

export class InvalidPosition extends DomainError {
  readonly code = 'InvalidPosition';
  override readonly kind = 'invalid';
  override readonly field = 'position';
  constructor() {
    super('This is not a valid position; use one that a command returned');
  }
}
export class PositionNotReached extends DomainError {
  readonly code = 'PositionNotReached';
  override readonly field = 'position';
  constructor() {
    super('The read model has not reached this position yet; try again');
  }
}
