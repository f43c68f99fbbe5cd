import { Injectable } from '@nestjs/common';
import { allPages, ReadModelStore } from '@app/eventing';
import { parkedProjection, type ParkedRow } from './parked.projection.js';

@Injectable()
export class ParkedQueries {
  constructor(private readonly readModels: ReadModelStore) {}

  /** Keys with parked messages, oldest first. */
  all(): Promise<readonly ParkedRow[]> {
    return allPages(this.readModels, parkedProjection, {
      programId: null,
      index: 'waiting',
      equals: { isWaiting: true },
      order: 'asc',
    });
  }
}
