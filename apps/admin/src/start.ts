import { CommandBus } from '@nestjs/cqrs';
import { Command, Option } from 'commander';
import { policies } from '@app/domain/program';
import { topics } from '@app/public-events';
import { AccessTokens, InvalidConfiguration, loadConfiguration } from '@app/platform';
import { ProgramQueries, readModels } from '@app/read-models';
import { loadSample } from '@app/sample-program';
import { acceptLostKeys } from './accept-lost-keys.js';
import { copyFolder } from './copy-folder.js';
import { erasePerson } from './erase-person.js';
import { compareAll, rebuildModels } from './each-model.js';
import { listParked, replayParked } from './parked-messages.js';
import { partition } from './partition.js';
import { rotateMasterKey } from './rotate-master-key.js';
import { changeToken, endTokenRotation } from './sender-tokens.js';
import { choicesOf, setPolicy } from './set-policy.js';
import { Refused, withApplication, withEngines } from './with-engines.js';

type Options = { readonly data?: string };

/** The operator's command line. */
async function admin(): Promise<void> {
  const program = new Command('admin').description(
    'Works on the engines configured in the environment (docs/operations.md); on a data folder only while no process uses it.',
  );
  const command = (name: string, description: string): Command =>
    program.command(name).description(description).option('--data <folder>', 'the data folder (DATA_DIR)');

  command('prepare', 'creates topics, collections and indexes; safe to repeat').action(({ data }: Options) =>
    prepare(data),
  );
  command('sample', 'loads the sample program; safe to repeat').action(({ data }: Options) => sampleProgram(data));
  command(
    'rebuild',
    'rebuilds read models from the record and replaces the live ones; if the record was restored from an older backup, also resets followers and read models that are beyond its end',
  )
    .argument('[models...]', 'names of read models; all if none is given')
    .action((models: readonly string[], { data }: Options) => rebuildModels(data, models));
  command(
    'compare',
    'rebuilds every read model beside the live one and compares them; exit code 1 when one differs',
  ).action(({ data }: Options) => compareAll(data));
  command(
    'held',
    'lists the accounts, numbers and countries that are on hold because the provider refuses them, and why',
  ).action(({ data }: Options) => listHeld(data));
  command('parked', 'lists messages that could not be handled, and how many wait behind each').action(
    ({ data }: Options) => listParked(data),
  );
  command('replay', 'asks the running processes to handle parked messages again')
    .argument('[ids...]', 'ids listed by `parked`; all if none is given')
    .action((ids: readonly string[], { data }: Options) => replayParked(data, ids));

  command(
    'erase',
    'erases a person: name, numbers, messages and received texts become permanently unreadable; safe to repeat',
  )
    .argument('<programId>')
    .argument('<contactId>')
    .action((programId: string, contactId: string, { data }: Options) => erasePerson(data, programId, contactId));

  command(
    'rotate-master-key',
    'wraps all keys with a new master key; if it is stopped, run it again and it continues',
  ).action(({ data }: Options) => rotateMasterKey(data));
  command(
    'token',
    'prints an access token, signed with JWT_SECRET; anybody who has it can act as that person until it expires',
  )
    .requiredOption('--program <id>', 'id of the program')
    .addOption(new Option('--user <id>', 'user id of a member of staff').conflicts('contact'))
    .option('--contact <id>', 'id of a contact')
    .option('--lifetime <time>', 'such as 15m, 12h or 30d', '12h')
    .action(printToken);

  command(
    'partition',
    'divides the followers into as many parts as PARTITIONS says; if it is stopped, run it again and it continues',
  ).action(({ data }: Options) =>
    withEngines(data, (engines, { TAKE_OVER_AFTER_MS }) => partition(engines, TAKE_OVER_AFTER_MS, console.log)),
  );

  command(
    'accept-lost-keys',
    "creates new keys for a record after its own were permanently lost: all personal content in it, and each program's access, is lost",
  )
    .requiredOption('--record <id>', 'id of the record, from the error message of the failed start')
    .action(({ data, record }: Options & { readonly record: string }) =>
      withEngines(data, (engines) => acceptLostKeys(engines, record, console.log)),
    );

  command(
    'change-token',
    "sets the provider's auth token of a number to TWILIO_AUTH_TOKEN; webhooks signed with the former one are still accepted",
  )
    .requiredOption('--program <id>', 'id of the program')
    .requiredOption('--phone <number>', 'the number, in E.164')
    .action(changeToken);
  command('set-policy', 'sets a policy of a program; it applies at once to everything sent from then on')
    .requiredOption('--program <id>', 'id of the program')
    .addOption(new Option('--policy <name>', 'the policy').choices(Object.keys(policies)).makeOptionMandatory())
    .requiredOption('--value <value>', 'one of its values')
    .addHelpText(
      'after',
      `\n${Object.entries(policies)
        .map(
          ([name, { values, default: initial, means }]) =>
            `${name}: ${choicesOf(values)} (default ${initial})\n  ${means}`,
        )
        .join('\n')}`,
    )
    .action(setPolicy);
  command('end-token-rotation', 'stops accepting webhooks signed with the former auth token of a number')
    .requiredOption('--program <id>', 'id of the program')
    .requiredOption('--phone <number>', 'the number, in E.164')
    .action(endTokenRotation);

  command(
    'copy',
    'copies the record of a data folder to EventStoreDB and its keys to MongoDB, and compares them; if it is stopped, run it again and it continues',
  )
    .requiredOption('--to <url>', 'connection string of EventStoreDB; no other process may write to it meanwhile')
    .option(
      '--keys-to <url>',
      'connection string of MongoDB; without it the keys stay in the folder, and only they open sealed content of the copy',
    )
    .action(({ data = 'data', to, keysTo }: Options & { readonly to: string; readonly keysTo?: string }) =>
      copyFolder(data, to, keysTo),
    );

  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof InvalidConfiguration)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function printToken({
  program: programId,
  user,
  contact,
  lifetime,
}: {
  program: string;
  user?: string;
  contact?: string;
  lifetime: string;
}): Promise<void> {
  const id = user ?? contact;
  if (id === undefined) throw new Refused('Give --user for a member of staff, or --contact for a contact');
  const { JWT_SECRET: secret } = loadConfiguration(process.env);
  if (secret === undefined) throw new Refused('JWT_SECRET must be given: the secret of the api');
  console.log(
    await new AccessTokens(secret).sign({ programId, id, kind: user === undefined ? 'contact' : 'member' }, lifetime),
  );
}

const prepare = (data: string | undefined): Promise<void> =>
  withEngines(data, async ({ readModels: store, topics: log }) => {
    const names = topics.map(({ topic }) => topic);
    await log.prepare(names);
    for (const model of readModels) await store.prepare(model);
    console.log(`topic ${names.join(', ')}, read models ${readModels.map(({ name }) => name).join(', ')}`);
  });

const sampleProgram = (data: string | undefined): Promise<void> =>
  withApplication(
    data,
    async (app, { TWILIO_AUTH_TOKEN: authToken, TWILIO_ACCOUNT_SID: accountSid, TWILIO_SENDER_PHONE: senderPhone }) => {
      if (authToken === undefined)
        throw new Refused('TWILIO_AUTH_TOKEN must be given: the sample program has a sender');
      await loadSample(app.get(CommandBus), { senderPhone, accountSid, authToken });
      console.log(`The sample program is there; it texts from ${senderPhone}`);
    },
  );

const listHeld = (data: string | undefined): Promise<void> =>
  withApplication(data, async (app) => {
    const programs = await app.get(ProgramQueries).held();
    for (const { id, senders, emailHold } of programs)
      for (const { from, hold } of [
        ...senders.flatMap(({ phone: from, holds }) => holds.map((hold) => ({ from, hold }))),
        ...(emailHold ? [{ from: 'email', hold: emailHold }] : []),
      ])
        console.log(
          `${id}  ${from}  ${hold.kind}${hold.country === null ? '' : ` +${hold.country}`}  since ${hold.since}, next try ${hold.nextTryAt}: ${hold.reason} (${hold.code})`,
        );
    console.log(
      programs.length === 0
        ? 'Nothing is held'
        : `${programs.length} programs; the new credentials of a number (AddSender) are tried at once`,
    );
  });

await admin();
