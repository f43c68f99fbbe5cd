import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { dueWork } from '@app/application';
import { Scheduler } from '@app/eventing';
import { Background, logFailure } from '@app/platform';

/** Does due work. Every automation process does, since each piece of work is claimed, except for exclusive work. */
@Injectable()
export class DueWorkRunner implements OnApplicationBootstrap {
  private readonly logger = new Logger(DueWorkRunner.name);

  constructor(
    private readonly background: Background,
    private readonly scheduler: Scheduler,
    private readonly modules: ModuleRef,
  ) {}

  onApplicationBootstrap(): void {
    for (const type of dueWork) {
      const work = this.modules.get(type, { strict: false });
      const run = (signal: AbortSignal): Promise<void> =>
        this.scheduler.run(work, (error, { id }) => logFailure(this.logger, error, id), signal);
      if (work.isExclusive) this.background.startAsLeader(type.name, run);
      else this.background.start(type.name, run);
    }
  }
}
