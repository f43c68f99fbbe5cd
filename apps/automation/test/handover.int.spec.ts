import { CommandBus } from '@nestjs/cqrs';
import { HandleConversation, HandleMember, Handover, ids, Lookups } from '@app/application';
import type { ConversationAssigned } from '@app/domain/conversation';
import type { MemberEvent } from '@app/domain/member';
import { EventLog, Progress, ReadModelStore } from '@app/eventing';
import type { Recorded } from '@app/kernel';
import { InboxQueries, membersProjection, type MemberRow } from '@app/read-models';
import { NotifierBench, until } from '../../notifier/test/notifier-bench.fixture.js';
import { ProjectorModule } from '../../projector/src/projector.module.js';

/** More than two pages. */
const CONVERSATIONS = 110;

const bench = await NotifierBench.open({ notifies: false, apps: [ProjectorModule] });
afterAll(() => bench.close());

let programId: string;
let conversations: string[];
beforeAll(async () => {
  ({ programId } = await bench.program('acme'));
  for (const userId of ['anna', 'ben', 'carl']) await bench.member(programId, userId);
  conversations = [];
  for (let count = 0; count < CONVERSATIONS; count += 1) {
    const { conversationId } = await bench.conversation(programId);
    await assign(conversationId, 'anna');
    conversations.push(conversationId);
  }
  const data = { userId: 'anna', by: 'olivia', successor: 'ben' };
  await bench.execute(new HandleMember(memberId(), { type: 'RemoveMember', data }, bench.context(programId)));
});

const memberId = (): string => ids.member(programId, 'anna');
const assign = (id: string, assignee: string): Promise<unknown> =>
  bench.execute(
    new HandleConversation(
      id,
      { type: 'AssignConversation', data: { assignee, by: 'olivia' } },
      bench.context(programId),
    ),
  );

/** The process that hands over dies after this many commands. */
function handover(commandsLeft = Infinity): Handover {
  const { app } = bench;
  let left = commandsLeft;
  const bus = {
    execute: (command: never) => {
      if ((left -= 1) < 0) throw new Error('The process died');
      return app.get(CommandBus).execute(command);
    },
  } as unknown as CommandBus;
  return new Handover(bus, app.get(EventLog), app.get(Progress), app.get(Lookups), app.get(InboxQueries));
}

/** The row, once it shows this many handovers. */
async function row(handovers: number): Promise<MemberRow> {
  let found: MemberRow | undefined;
  await until(async () => {
    [found] = await bench.app.get(ReadModelStore).get(membersProjection, programId, [memberId()]);
    return found?.isRemoved === true && found.revision === handovers + 1;
  }, `the row shows ${handovers} handovers`);
  return found as MemberRow;
}

const assigned = async (): Promise<readonly Recorded<ConversationAssigned>[]> =>
  (await bench.recorded<ConversationAssigned>('conversation')).filter(
    ({ type, metadata }) => type === 'ConversationAssigned' && metadata.actor.id === 'automation',
  );

describe('M12: the conversations of a former member', () => {
  it('are assigned to the successor once each, even if the process dies in between', async () => {
    await expect(handover(70).do(await row(0))).rejects.toThrow('The process died');
    expect((await assigned()).length).toBe(70);
    // Somebody decides otherwise meanwhile.
    const left = conversations.at(-1) ?? '';
    await assign(left, 'carl');
    await handover().do(await row(0));
    const events = await assigned();
    expect(events.map(({ data }) => data.conversationId).toSorted()).toEqual(conversations.slice(0, -1).toSorted());
    expect(new Set(events.map(({ data: { assignee, by } }) => `${assignee} by ${by}`))).toEqual(
      new Set(['ben by olivia']),
    );
    const [removal] = (await bench.recorded<MemberEvent>('member')).filter(({ type }) => type === 'MemberRemoved');
    expect(new Set(events.map(({ metadata }) => metadata.causationId))).toEqual(new Set([removal?.eventId]));
  });

  it('are handed over again for those that the member got meanwhile, and then no more', async () => {
    const again = await row(1);
    expect(Date.parse(again.handoverAt ?? '')).toBeGreaterThan(Date.now() + 60_000);
    // The token of the former member was still accepted.
    const { conversationId } = await bench.conversation(programId);
    await bench.write(programId, conversationId, 'Hello', 'in-app');
    const before = (await assigned()).length;
    await Promise.all([handover().do(again), handover().do(again)]);
    expect((await assigned()).slice(before)).toMatchObject([{ data: { conversationId, assignee: 'ben' } }]);
    expect((await row(2)).handoverAt).toBeNull();
  });

  it('stay with a person who is a member again', async () => {
    const stale = { ...(await row(2)), handoverAt: new Date().toISOString() };
    await bench.member(programId, 'anna');
    const { conversationId } = await bench.conversation(programId);
    await assign(conversationId, 'anna');
    const before = (await assigned()).length;
    await handover().do(stale);
    expect((await assigned()).length).toBe(before);
  });
});
