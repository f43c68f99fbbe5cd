import { Injectable } from '@nestjs/common';
import type { CallerIdentity } from '@app/platform';
import { CountQueries, Freshness } from '@app/read-models';
import type { CountsDto } from './counts.view.js';

/** Counts of conversations, for REST and GraphQL. */
@Injectable()
export class CountsService {
  constructor(
    private readonly counts: CountQueries,
    private readonly freshness: Freshness,
  ) {}

  async ofViews({ programId, id }: CallerIdentity, position: string | undefined): Promise<CountsDto> {
    return this.freshness.list(programId, position, () => this.counts.ofViews(programId, id));
  }
}
