import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { ApplicationModule, HandleContact, HandleConversation, systemContext } from '@app/application';
import { EnginesModule } from '@app/composition';
import type { Engines } from '@app/eventing';
import { loadConfiguration, PlatformModule } from '@app/platform';
import { loadSample, sample } from '@app/sample-program';
import { openTemporary } from './folder.js';
import { account } from './provider-account.js';
import { alternate } from './rounds.js';
import { count, type Row } from './row.js';
import { contactDetails } from './seed.js';
import { median, timed } from './statistics.js';
import { eventLogOf, storeConversations } from './stored-conversations.js';

export type LongStreamsOptions = { readonly few: number; readonly many: number; readonly rounds: number };

/** Of each length, so that a round is the median of several first commands. */
const CONVERSATIONS = 5;

/** The first command on a long conversation against a short one, after a start. */
export async function firstCommands({ few, many, rounds }: LongStreamsOptions): Promise<Row> {
  const engines = await openTemporary();
  const contactId = randomUUID();
  const conversationsOf = (events: number) =>
    storeConversations(eventLogOf(engines), { conversations: CONVERSATIONS, events, contactId });
  try {
    await storeContact(await started(engines), contactId);
    const [short, long, other] = [await conversationsOf(few), await conversationsOf(many), await conversationsOf(1)];
    const first = (conversations: readonly string[]) => async () => {
      const commands = await started(engines);
      // Loads what is common to all.
      for (const id of other) await send(commands, id);
      const times: number[] = [];
      for (const id of conversations) times.push((await timed(() => send(commands, id))).seconds * 1_000);
      return median(times);
    };
    const [longTimes = [], shortTimes = []] = await alternate(rounds, [first(long), first(short)]);
    return {
      id: '7',
      what: `first command on a conversation of ${count(many)} / ${count(few)} events`,
      result: median(longTimes.map((time, index) => time / (shortTimes[index] ?? NaN))),
      aim: { atMost: 3 },
      figures: `${median(longTimes).toFixed(1)} / ${median(shortTimes).toFixed(1)} ms`,
    };
  } finally {
    await engines.close();
  }
}

/** The command side with nothing in memory, as after a start. */
async function started(engines: Engines): Promise<CommandBus> {
  const app = await NestFactory.createApplicationContext(
    {
      module: class {},
      imports: [
        PlatformModule.with(loadConfiguration({}), 'a secret of the benchmark, for nobody else'),
        EnginesModule.with(engines),
        ApplicationModule,
      ],
    },
    { logger: ['error'] },
  );
  return app.get(CommandBus);
}

async function storeContact(commands: CommandBus, contactId: string): Promise<void> {
  await loadSample(commands, account);
  const data = contactDetails('Rosa Referrer');
  await commands.execute(
    new HandleContact(contactId, { type: 'CreateContact', data }, systemContext(sample.programId, 'bench')),
  );
}

const send = (commands: CommandBus, conversationId: string): Promise<unknown> =>
  commands.execute(
    new HandleConversation(
      conversationId,
      { type: 'SendMessage', data: { by: 'alex', channel: 'in-app', text: 'The bonus is booked.' } },
      systemContext(sample.programId, 'bench'),
    ),
  );
