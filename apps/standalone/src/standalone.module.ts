import { Module, type DynamicModule } from '@nestjs/common';
import { EnginesModule } from '@app/composition';
import type { Engines } from '@app/eventing';
import { PlatformModule, PublicAddress, Readiness, type Configuration } from '@app/platform';
import { ApiModule } from '../../api/src/api.module.js';
import { FollowersModule } from './followers.module.js';
import { FollowersThread } from './followers-thread.js';

/** Every app in one process: the API in the main thread, the others in a second one where that is possible. */
@Module({})
export class StandaloneModule {
  static with(configuration: Configuration, jwtSecret: string, engines: Engines): DynamicModule {
    const common = [PlatformModule.with(configuration, jwtSecret), EnginesModule.with(engines), ApiModule];
    const { serveThread } = engines;
    if (configuration.THREADS === 1 || !serveThread)
      return {
        module: StandaloneModule,
        imports: [...common, FollowersModule],
        providers: [{ provide: FollowersThread, useValue: null }],
      };
    const thread = {
      provide: FollowersThread,
      useFactory: (publicAddress: PublicAddress, readiness: Readiness) =>
        new FollowersThread({ serveThread, configuration, publicAddress }, readiness),
      inject: [PublicAddress, Readiness],
    };
    return { module: StandaloneModule, imports: common, providers: [thread] };
  }
}
