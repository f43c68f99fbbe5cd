import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { Logger, type INestApplication, type INestApplicationContext } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { printSchema } from 'graphql';
import { openEngines } from '@app/composition';
import { EventLog, EventUnreadable, ProgramGone, Progress } from '@app/eventing';
import { AccessTokens, Configuration, logFailure, PublicAddress } from '@app/platform';
import { startTwilioEmulator, type TwilioEmulator } from '@app/emulators/twilio';
import { createHttpApp } from '../../api/src/http/http-app.js';
import { developmentSecrets } from './development-secrets.js';
import { readModels } from '@app/read-models';
import { loadSample, sample } from '@app/sample-program';
import { FollowersThread } from './followers-thread.js';
import { StandaloneModule } from './standalone.module.js';

const SHOWN_WITHIN_MS = 3_000;

export type Standalone = {
  /** The listening address, without a trailing slash. */
  readonly url: string;
  /** The URL of the provider's emulator, in this process or elsewhere. */
  readonly emulatorUrl: string | null;
  readonly tokens: AccessTokens;
  /** Whether it runs with the sample program, for a trial; real texts are sent only for real programs. */
  readonly isTrial: boolean;
  /** The number the sample program texts from. */
  readonly senderPhone: string;
  /** The application, for tests that read behind the API. */
  readonly app: INestApplicationContext;
  /** The GraphQL schema in SDL. */
  graphqlSchema(): string;
  /** Finishes current work and unlocks the folder. */
  close(): Promise<void>;
};

/**
 * Starts everything in this process, with the sample program unless real texts are sent. @throws FolderLocked, and
 * Node's error for a port in use
 */
export async function startStandalone(given: Configuration): Promise<Standalone> {
  await mkdir(given.DATA_DIR, { recursive: true, mode: 0o700 });
  const engines = await openEngines(given);
  // Only the process that has locked the folder creates secrets in it.
  const secrets = await developmentSecrets(given.DATA_DIR).catch(async (error: unknown) => {
    await engines.close();
    throw error;
  });
  const account = accountOf(given, secrets.twilioAuthToken);
  const emulator = await emulatorFor(given, account);
  const isTrial = given.SMS === 'emulator';
  const configuration: Configuration = Object.freeze({
    ...given,
    DEVELOPER_PAGES: given.DEVELOPER_PAGES ?? String(isTrial),
    ...(emulator && { TWILIO_API_URL: emulator.url }),
  });
  const stopEmulator = async (): Promise<void> => emulator?.close();
  const app = await createHttpApp(
    StandaloneModule.with(configuration, given.JWT_SECRET ?? secrets.jwtSecret, engines),
    configuration,
  ).catch(async (error: unknown) => {
    await Promise.all([engines.close(), stopEmulator()]);
    throw error;
  });
  const close = async (): Promise<void> => {
    await app.close();
    await stopEmulator();
  };
  const publicAddress = app.get(PublicAddress);
  try {
    await app.init();
    if (isTrial) await loadReadableSample(app.get(CommandBus), account);
    await app.listen(given.PORT, given.HOST);
    publicAddress.listeningOn(urlOf(app, given));
    const smsUrl = `${await publicAddress.url}/webhooks/twilio/${sample.programId}/messages`;
    emulator?.putAccount(account.accountSid, {
      authToken: account.authToken,
      numbers: [{ phoneNumber: account.senderPhone, smsUrl }],
    });
    await followersStarted(app, isTrial);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url: urlOf(app, given),
    emulatorUrl: isTrial ? (configuration.TWILIO_API_URL ?? null) : null,
    isTrial,
    tokens: app.get(AccessTokens),
    senderPhone: account.senderPhone,
    app,
    graphqlSchema: () => printSchema(app.get(GraphQLSchemaHost).schema),
    close,
  };
}

/** With the sample, the first request finds it, unless the read models are far behind. */
async function followersStarted(app: INestApplicationContext, isTrial: boolean): Promise<void> {
  await app.get<FollowersThread | null>(FollowersThread)?.started;
  const head = isTrial ? await app.get(EventLog).head() : null;
  if (head === null) return;
  const progress = app.get(Progress);
  await Promise.all(readModels.map((model) => progress.waitFor(model, head, SHOWN_WITHIN_MS)));
}

function urlOf(app: INestApplication, { HOST, PORT }: Configuration): string {
  const address = app.getHttpServer().address() as string | AddressInfo | null;
  return `http://${HOST}:${typeof address === 'object' && address ? address.port : PORT}`;
}

const accountOf = (
  { TWILIO_SENDER_PHONE: senderPhone, TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN }: Configuration,
  developmentToken: string,
): Account => ({ senderPhone, accountSid, authToken: TWILIO_AUTH_TOKEN ?? developmentToken });

type Account = { readonly senderPhone: string; readonly accountSid: string; readonly authToken: string };

/** An unreadable part of the sample must not affect other programs. */
async function loadReadableSample(commands: CommandBus, account: Account): Promise<void> {
  try {
    await loadSample(commands, account);
  } catch (error) {
    if (!(error instanceof EventUnreadable || error instanceof ProgramGone)) throw error;
    logFailure(new Logger('Sample'), error, 'sample program');
  }
}

/** Texts go to an emulator in this process unless a separate one, or the provider, is configured. */
const emulatorFor = (
  { SMS, TWILIO_API_URL }: Configuration,
  { senderPhone, accountSid, authToken }: Account,
): Promise<TwilioEmulator> | null =>
  SMS === 'emulator' && TWILIO_API_URL === undefined
    ? startTwilioEmulator({ accounts: [{ accountSid, authToken, numbers: [{ phoneNumber: senderPhone }] }] })
    : null;
