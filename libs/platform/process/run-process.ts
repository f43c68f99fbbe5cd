import { randomUUID } from 'node:crypto';
import { ConsoleLogger, Module, type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Command } from 'commander';
import { EngineUnavailable, retry, steady, UnusableData } from '@app/eventing';
import type { Configuration } from '../config/configuration.js';
import { InvalidConfiguration, loadServerConfiguration } from '../config/load-configuration.js';
import { connectionLimits, limitConnections } from '../http/connection-limits.js';
import { HealthController } from '../http/health.controller.js';
import { PlatformModule } from '../platform.module.js';
import { ProblemFilter } from '../http/problem.filter.js';

export type AppProcess = {
  readonly name: string;
  readonly description: string;
  /** Variables it requires, besides the engines'. */
  readonly needs: readonly (keyof Configuration)[];
  /** Opens the engines and returns the modules of the app. */
  modules(configuration: Configuration): Promise<readonly (Type | DynamicModule)[]>;
  /** How its HTTP server is created; by default a plain one for health. */
  createHttpApp?(root: DynamicModule, configuration: Configuration): Promise<INestApplication>;
};

const BETWEEN_TRIES_MS = 1_000;

/** Health of a process that serves nothing else. */
@Module({ controllers: [HealthController] })
class HealthModule {}

@Module({})
class Root {}

/**
 * Runs one app as a separate process, on servers, until SIGTERM or SIGINT. Waits for engines that cannot be reached
 * yet, and prints one line of JSON with its address when it is ready.
 */
export async function runProcess(app: AppProcess): Promise<void> {
  new Command(app.name)
    .description(app.description)
    .addHelpText('after', '\nEvery setting is an environment variable; see docs/operations.md.')
    .parse();
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  try {
    const configuration = loadServerConfiguration(process.env, app.needs);
    // Nothing has started that needs a clean stop, so an unavailable engine is not waited for.
    const running = await Promise.race([
      startWhenReachable(app, configuration, stop.signal),
      aborted(stop.signal).then(() => null),
    ]);
    if (!running) process.exit(0);
    console.log(JSON.stringify({ app: app.name, url: await running.getUrl() }));
    await aborted(stop.signal);
    await running.close();
    process.exit(0);
  } catch (error) {
    console.error(error instanceof InvalidConfiguration || error instanceof UnusableData ? error.message : error);
    process.exit(1);
  }
}

async function startWhenReachable(
  app: AppProcess,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<INestApplication | null> {
  return retry(async () => (signal.aborted ? null : start(app, configuration)), {
    pauses: steady(BETWEEN_TRIES_MS),
    signal,
    onFailure: (error) => {
      if (!(error instanceof EngineUnavailable)) throw error;
      console.error(`${error.message} (${rootOf(error)}); trying again`);
    },
  });
}

async function start(
  { modules, createHttpApp = healthOnly }: AppProcess,
  configuration: Configuration,
): Promise<INestApplication> {
  const root = { module: Root, imports: [PlatformModule.with(configuration), ...(await modules(configuration))] };
  const app = await createHttpApp(root, configuration);
  try {
    await app.listen(configuration.PORT, configuration.HOST);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function healthOnly(root: DynamicModule, configuration: Configuration): Promise<INestApplication> {
  const adapter = new FastifyAdapter({
    ...connectionLimits(configuration),
    genReqId: () => randomUUID(),
    forceCloseConnections: true,
  });
  const app = await NestFactory.create({ ...root, imports: [...(root.imports ?? []), HealthModule] }, adapter, {
    logger: jsonLogger(),
    abortOnError: false,
  });
  limitConnections(app, configuration);
  return app.useGlobalFilters(new ProblemFilter());
}

/** One JSON object per line; only entries that somebody should read. */
export const jsonLogger = (): ConsoleLogger => new ConsoleLogger({ json: true, logLevels: ['error', 'warn'] });

/** The root cause, by its code or name: messages of drivers may quote a connection string. */
const rootOf = (error: Error & { readonly code?: unknown }): string =>
  error.cause instanceof Error ? rootOf(error.cause) : String(error.code ?? error.name);

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  );
