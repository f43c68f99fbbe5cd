import { mkdir } from 'node:fs/promises';
import { Logger, type INestApplicationContext } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { printSchema } from 'graphql';
import { openEngines } from '@app/composition';
import { EventUnreadable, ProgramGone } from '@app/eventing';
import { AccessTokens, Configuration, logFailure, PublicAddress } from '@app/platform';
import { startTwilioEmulator, type TwilioEmulator } from '@app/emulators/twilio';
import { createHttpApp } from '../../api/src/http/http-app.js';
import { developmentSecrets } from './development-secrets.js';
import { loadSample, sample } from '@app/sample-program';
import { StandaloneModule } from './standalone.module.js';

export type Standalone = {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
  /** The provider's stand-in: its own URL, when it runs in this process or elsewhere. */
  readonly emulatorUrl: string | null;
  readonly tokens: AccessTokens;
  /** Whether it runs for a trial, with the sample program; real texts are sent for real programs only. */
  readonly isTrial: boolean;
  /** The number the sample program texts from. */
  readonly senderPhone: string;
  /** What runs, for tests that look behind the API. */
  readonly app: INestApplicationContext;
  /** The GraphQL schema in its own language. */
  graphqlSchema(): string;
  /** Ends what is under way, gives the folder back. */
  close(): Promise<void>;
};

/** Starts everything in this process, with the sample program unless real texts are sent. @throws FolderLocked and what Node throws for a port in use */
export async function startStandalone(given: Configuration): Promise<Standalone> {
  await mkdir(given.DATA_DIR, { recursive: true, mode: 0o700 });
  const engines = await openEngines(given);
  // Only the process that has the folder makes secrets in it.
  const secrets = await developmentSecrets(given.DATA_DIR).catch(async (error: unknown) => {
    await engines.close();
    throw error;
  });
  const account = {
    senderPhone: given.TWILIO_SENDER_PHONE,
    accountSid: given.TWILIO_ACCOUNT_SID,
    authToken: given.TWILIO_AUTH_TOKEN ?? secrets.twilioAuthToken,
  };
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
  try {
    await app.init();
    // A part of the sample that cannot be read holds up no other program.
    if (isTrial)
      await loadSample(app.get(CommandBus), account).catch((error: unknown) => {
        if (!(error instanceof EventUnreadable || error instanceof ProgramGone)) throw error;
        logFailure(new Logger('Sample'), error, 'sample program');
      });
    await app.listen(given.PORT, given.HOST);
  } catch (error) {
    await close();
    throw error;
  }
  const address = app.getHttpServer().address();
  const url = `http://${given.HOST}:${typeof address === 'object' && address ? address.port : given.PORT}`;
  const publicAddress = app.get(PublicAddress);
  publicAddress.listeningOn(url);
  const smsUrl = `${await publicAddress.url}/webhooks/twilio/${sample.programId}/messages`;
  emulator?.putAccount(account.accountSid, {
    authToken: account.authToken,
    numbers: [{ phoneNumber: account.senderPhone, smsUrl }],
  });
  return {
    url,
    emulatorUrl: isTrial ? (configuration.TWILIO_API_URL ?? null) : null,
    isTrial,
    tokens: app.get(AccessTokens),
    senderPhone: account.senderPhone,
    app,
    graphqlSchema: () => printSchema(app.get(GraphQLSchemaHost).schema),
    close,
  };
}

/** Texts go to an emulator in this process unless one elsewhere, or the provider, is configured. */
const emulatorFor = (
  { SMS, TWILIO_API_URL }: Configuration,
  { senderPhone, accountSid, authToken }: { senderPhone: string; accountSid: string; authToken: string },
): Promise<TwilioEmulator> | null =>
  SMS === 'emulator' && TWILIO_API_URL === undefined
    ? startTwilioEmulator({ accounts: [{ accountSid, authToken, numbers: [{ phoneNumber: senderPhone }] }] })
    : null;
