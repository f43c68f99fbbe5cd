import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, SystemClock, TextLimits } from '@app/eventing';
import { AccessTokens } from './auth/access-tokens.js';
import { Background } from './process/background.js';
import { Configuration } from './config/configuration.js';
import { PublicAddress } from './config/public-address.js';
import { Readiness } from './process/readiness.js';

/** What every process has: configuration, access tokens, background work, and its own address. */
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
        // Only who serves people needs them.
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
