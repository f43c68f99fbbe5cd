import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock, TextLimits } from '@app/eventing';
import { AccessTokens } from './auth/access-tokens.js';
import { Background } from './process/background.js';
import { Configuration } from './config/configuration.js';
import { PublicAddress } from './config/public-address.js';
import { Readiness } from './process/readiness.js';

/** Shared by all processes: configuration, access tokens, background work, and the public address. */
@Global()
@Module({})
export class PlatformModule {
  static with(configuration: Configuration, jwtSecret = configuration.JWT_SECRET): DynamicModule {
    return {
      module: PlatformModule,
      providers: [
        Background,
        Readiness,
        { provide: Clock, useClass: SystemClock },
        { provide: Configuration, useValue: configuration },
        // Only processes that serve people need them.
        ...(jwtSecret === undefined
          ? []
          : [{ provide: AccessTokens, useValue: new AccessTokens(jwtSecret, configuration.JWT_SECRET_PREVIOUS) }]),
        {
          provide: TextLimits,
          useValue: {
            perProgram: configuration.TEXTS_PER_PROGRAM_PER_DAY,
            perContact: configuration.TEXTS_PER_CONTACT_PER_DAY,
          } satisfies TextLimits,
        },
        { provide: PublicAddress, useValue: new PublicAddress(configuration.PUBLIC_URL) },
      ],
      exports: [
        Background,
        Clock,
        Configuration,
        PublicAddress,
        Readiness,
        TextLimits,
        ...(jwtSecret === undefined ? [] : [AccessTokens]),
      ],
    };
  }
}
