import { Command } from 'commander';
import { FolderLocked } from '@app/composition';
import { EngineUnavailable, UnusableData } from '@app/eventing';
import { InvalidConfiguration, loadConfiguration } from '@app/platform';
import { sample } from '@app/sample-program';
import { startStandalone, type Standalone } from './standalone.js';

/** Reads the command line, starts, prints how to try it, and stops on SIGTERM or SIGINT. */
export async function main(): Promise<void> {
  const program = new Command('referral-messages')
    .description('Runs the whole product in one process, on embedded engines in a data folder.')
    .option('--data <folder>', 'the data folder (DATA_DIR)')
    .option('--port <port>', 'the port of the API, 0 for a free one (PORT)')
    .option('--json', 'print addresses and tokens as one line of JSON')
    .addHelpText('after', '\nEvery setting is an environment variable too; see docs/operations.md.')
    .parse();
  const { data, port, json } = program.opts<{ data?: string; port?: string; json?: boolean }>();
  try {
    const environment = {
      ...process.env,
      ...(data !== undefined && { DATA_DIR: data }),
      ...(port !== undefined && { PORT: port }),
    };
    const configuration = loadConfiguration(environment);
    const standalone = await startStandalone(configuration);
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void standalone.close().then(() => process.exit(0)));
    console.log(json ? JSON.stringify(await facts(standalone)) : await welcome(standalone, configuration.DATA_DIR));
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
    process.exit();
  }
}

const facts = (standalone: Standalone) => (standalone.isTrial ? sampleFacts(standalone) : { url: standalone.url });

async function sampleFacts({ url, emulatorUrl, tokens, senderPhone }: Standalone) {
  const [owner, manager, agent, reader, contact] = await Promise.all(
    [sample.owner, sample.manager, sample.agent, sample.reader, sample.contact].map((person) => tokens.sign(person)),
  );
  return {
    url,
    emulatorUrl,
    programId: sample.programId,
    senderPhone,
    referralId: sample.referralId,
    contactId: sample.contact.id,
    tokens: { owner, manager, agent, reader, contact },
  };
}

const welcome = (standalone: Standalone, folder: string): string | Promise<string> =>
  standalone.isTrial ? welcomeToSample(standalone, folder) : welcomeToProvider(standalone, folder);

const welcomeToProvider = ({ url }: Standalone, folder: string): string => `
Referral Messages is running, and sends real texts. Data: ${folder}   Stop: Ctrl-C

  REST      ${url}/v1          description ${url}/openapi.json
  GraphQL   ${url}/graphql

There is no sample program, and no token is printed. A token for a member of staff, with the JWT_SECRET of this process
(by default in ${folder}/development-secrets.json):

  JWT_SECRET=… npm run --silent admin -- token --program ID --user ID

Programs and senders, and the first owner of a program, cannot be created by API or command line yet. "npm run admin -- sample", while this is stopped, loads the sample
program with the sender of TWILIO_SENDER_PHONE: a trial with real texts.
`;

async function welcomeToSample(standalone: Standalone, folder: string): Promise<string> {
  const { url, tokens, emulatorUrl, senderPhone, referralId } = await sampleFacts(standalone);
  return `
Referral Messages is running. Data: ${folder}   Stop: Ctrl-C

  REST      ${url}/v1          description ${url}/openapi.json, to browse ${url}/docs
  GraphQL   ${url}/graphql     explorer ${url}/explorer
  Texts go to an emulator at ${emulatorUrl ?? '(none: the provider is configured)'}, emails to ${folder}/mail

  manager   ${tokens.manager}
  agent     ${tokens.agent}
  contact   ${tokens.contact}

Try it (paste these):

  AGENT=${tokens.agent}
  curl -s ${url}/v1/conversations -H "authorization: Bearer $AGENT"
  curl -s ${url}/v1/conversations -H "authorization: Bearer $AGENT" -H 'content-type: application/json' -d '{"referralId":"${referralId}"}'${
    emulatorUrl === null
      ? ''
      : `
  curl -s ${emulatorUrl}/emulator/inbound -H 'content-type: application/json' -d '{"from":"+14155550188","to":"${senderPhone}","body":"Hello, is this Sunrise?"}'`
  }
`;
}

function explain(error: unknown): string {
  if (error instanceof InvalidConfiguration || error instanceof FolderLocked || error instanceof UnusableData)
    return error.message;
  if (error instanceof EngineUnavailable)
    return `${error.message}: start it, or check the address and the password in its variable`;
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
    return 'The port is in use: stop the process that uses it, or choose another port (--port 0 picks a free one)';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
