import { Injectable } from '@nestjs/common';
import { ReadModelStore } from '@app/eventing';
import { usageProjection } from './usage.projection.js';

@Injectable()
export class UsageQueries {
  constructor(private readonly readModels: ReadModelStore) {}

  /** Texts that the program accepted on this day (`2026-01-31`), up to the read model's position. */
  async textsOn(programId: string, day: string): Promise<number> {
    const [row] = await this.readModels.get(usageProjection, programId, [programId]);
    return row?.day === day ? row.texts : 0;
  }
}
