import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Checkpoints, Journal, projectorOf, ReadModelStore, runProjection } from '@app/eventing';
import { Background } from '@app/platform';
import { projections } from '@app/read-models';

/** Writes the read models; each follows the record by itself, from its own checkpoint. */
@Module({})
export class ProjectorModule implements OnApplicationBootstrap {
  constructor(
    private readonly background: Background,
    private readonly journal: Journal,
    private readonly readModels: ReadModelStore,
    private readonly checkpoints: Checkpoints,
  ) {}

  onApplicationBootstrap(): void {
    const { journal, readModels, checkpoints } = this;
    for (const projection of projections)
      this.background.startAsLeader(projectorOf(projection), (signal) => runProjection({ journal, readModels, checkpoints }, projection, signal), 'last');
  }
}
