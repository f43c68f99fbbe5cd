import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { EnginesModule, FolderLocked, openEngines } from '@app/composition';
import { ApplicationModule } from '@app/application';
import { EngineUnavailable, KeyDiffers, UnusableData, type Engines } from '@app/eventing';
import { InvalidConfiguration, jsonLogger, loadConfiguration, PlatformModule, type Configuration } from '@app/platform';
import { QueriesModule } from '@app/read-models';
import { RecordsDiffer } from './copy-record.js';

/** An error that an operator can fix; printed in one line. */
export class Refused extends Error {}

@Module({})
class Root {}

/**
 * Works on the engines configured in the environment; on a data folder only while no process uses it. @throws Refused
 */
export async function withEngines(
  dataFolder: string | undefined,
  work: (engines: Engines, configuration: Configuration) => Promise<void>,
): Promise<void> {
  try {
    const configuration = configurationFor(dataFolder);
    const engines = await openEngines(configuration);
    try {
      await work(engines, configuration);
    } finally {
      await engines.close();
    }
  } catch (error) {
    throw refused(error);
  }
}

/** @throws Refused when the configuration is wrong, or when its folder holds no events */
export function configurationFor(dataFolder: string | undefined): Configuration {
  try {
    const configuration = loadConfiguration({
      ...process.env,
      ...(dataFolder !== undefined && { DATA_DIR: dataFolder }),
    });
    // Opening would create a missing folder, also for a mistyped name.
    if (configuration.EVENT_STORE === 'embedded' && !existsSync(join(configuration.DATA_DIR, 'record.db')))
      throw new Refused(`There is no record in ${configuration.DATA_DIR}`);
    return configuration;
  } catch (error) {
    throw refused(error);
  }
}

/** Converts errors that an operator can fix to one line; throws any other unchanged. */
export const refused = (error: unknown): unknown =>
  mendable.some((kind) => error instanceof kind) ? new Refused((error as Error).message) : error;

const mendable = [FolderLocked, InvalidConfiguration, EngineUnavailable, UnusableData, KeyDiffers, RecordsDiffer];

/** The same with the command bus and the queries. */
export const withApplication = (
  dataFolder: string | undefined,
  work: (app: INestApplicationContext, configuration: Configuration) => Promise<void>,
): Promise<void> =>
  withEngines(dataFolder, async (engines, configuration) => {
    const imports = [
      PlatformModule.with(configuration),
      EnginesModule.with({ ...engines, close: () => Promise.resolve() }),
      ApplicationModule,
      QueriesModule,
    ];
    const app = await NestFactory.createApplicationContext(
      { module: Root, imports },
      { logger: jsonLogger(), abortOnError: false },
    );
    try {
      await work(app, configuration);
    } finally {
      await app.close();
    }
  });
