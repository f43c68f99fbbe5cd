import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationModule, Parking } from '@app/application';
import {
  Checkpoints,
  EventUnreadable,
  Journal,
  projectorOf,
  ReadModelStore,
  runProjection,
  type Unopened,
} from '@app/eventing';
import { Background, logFailure } from '@app/platform';
import { projections } from '@app/read-models';

/** Writes the read models; each follows the record by itself, from its own checkpoint. */
@Module({ imports: [ApplicationModule] })
export class ProjectorModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(ProjectorModule.name);

  constructor(
    private readonly background: Background,
    private readonly journal: Journal,
    private readonly readModels: ReadModelStore,
    private readonly checkpoints: Checkpoints,
    private readonly parking: Parking,
  ) {}

  onApplicationBootstrap(): void {
    const { journal, readModels, checkpoints } = this;
    for (const projection of projections) {
      const name = projectorOf(projection);
      const onUnopened = async (event: Unopened): Promise<void> => {
        await this.parking.note(name, event);
        logFailure(this.logger, new EventUnreadable(event), event.stream);
      };
      this.background.startAsLeader(
        name,
        (signal) => runProjection({ journal, readModels, checkpoints }, projection, signal, onUnopened),
        'last',
      );
    }
  }
}
