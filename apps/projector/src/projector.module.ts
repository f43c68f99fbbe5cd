import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationModule, Parking } from '@app/application';
import {
  Checkpoints,
  EventUnreadable,
  EventLog,
  Partitions,
  projectorOf,
  ReadModelStore,
  runProjection,
  type Unopened,
} from '@app/eventing';
import { Background, logFailure } from '@app/platform';
import { readModels } from '@app/read-models';

/** Writes the read models; each follows the event store independently, from its own checkpoint. */
@Module({ imports: [ApplicationModule] })
export class ProjectorModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(ProjectorModule.name);

  constructor(
    private readonly background: Background,
    readonly eventLog: EventLog,
    readonly readModels: ReadModelStore,
    readonly checkpoints: Checkpoints,
    private readonly parking: Parking,
    private readonly partitions: Partitions,
  ) {}

  onApplicationBootstrap(): void {
    for (const model of readModels) {
      const name = projectorOf(model);
      const onUnopened = async (event: Unopened): Promise<void> => {
        await this.parking.note(name, event);
        logFailure(this.logger, new EventUnreadable(event), event.stream);
      };
      for (const part of this.partitions.all)
        this.background.startAsLeader(
          part.nameOf(name),
          (signal) => runProjection(this, model, signal, { part, onUnopened }),
          'last',
        );
    }
  }
}
