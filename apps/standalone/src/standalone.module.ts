import { Module, type DynamicModule } from '@nestjs/common';
import { EnginesModule } from '@app/composition';
import type { Engines } from '@app/eventing';
import { PlatformModule, type Configuration } from '@app/platform';
import { ApiModule } from '../../api/src/api.module.js';
import { AutomationModule } from '../../automation/src/automation.module.js';
import { NotifierModule } from '../../notifier/src/notifier.module.js';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { PublisherModule } from '../../publisher/src/publisher.module.js';

/** Every app in one process, on the embedded engines. */
@Module({})
export class StandaloneModule {
  static with(configuration: Configuration, jwtSecret: string, engines: Engines): DynamicModule {
    return {
      module: StandaloneModule,
      imports: [
        PlatformModule.with(configuration, jwtSecret),
        EnginesModule.with(engines),
        ProjectorModule,
        PublisherModule,
        AutomationModule,
        NotifierModule,
        ApiModule,
      ],
    };
  }
}
