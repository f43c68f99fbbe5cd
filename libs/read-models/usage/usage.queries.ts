import { Injectable } from '@nestjs/common';
import { ReadModelStore } from '@app/eventing';
import { usageProjection } from './usage.projection.js';

@Injectable()
export class UsageQueries {
  constructor(private readonly readModels: ReadModelStore) {}

  /** Texts the program has accepted on this day (`2026-01-31`), as far as the read model has come. */
  async textsOn(programId: string, day: string): Promise<number> {
    const [row] = await this.readModels.get(usageProjection, [programId]);
    return row?.day === day ? row.texts : 0;
  }
}
