import type { TopicLog } from '@app/eventing';
import { uniqueName } from './opened.js';
import { Condition, Member, newTopic, numberOf } from './topic-log.samples.js';

const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`);

/** The assignments that the members of a group are notified of. */
export function assignmentContract(log: () => TopicLog): void {
  describe('assignment', () => {
    const group = async () => {
      const condition = new Condition();
      const topics = [await newTopic(log()), await newTopic(log())];
      const name = uniqueName('group');
      return { condition, topics, join: () => new Member(log(), topics, name, condition) };
    };
    /** One message for each key, in both topics. */
    const round = (topics: readonly string[], n: number) =>
      Promise.all(
        topics.map((topic) =>
          log().publish(
            topic,
            keys.map((key) => ({ key, value: { n, topic } })),
          ),
        ),
      );

    test('a single member owns every key, until it ends', async () => {
      const { condition, join } = await group();
      const member = join();
      await condition.until(() => keys.every((key) => member.owns(key)));
      await member.stop();
      expect(keys.filter((key) => member.owns(key))).toEqual([]);
    });

    test('of two members exactly one owns a key, the one that gets its messages', async () => {
      const { condition, topics, join } = await group();
      const members = [join(), join()];
      const isShared = () => keys.every((key) => members.filter(({ owns }) => owns(key)).length === 1);
      const foreign = () => members.reduce((sum, member) => sum + member.foreign, 0);
      const came = (n: number) => {
        const ofRound = members.flatMap(({ seen }) => seen).filter((message) => numberOf(message) === n);
        return new Set(ofRound.map(({ key, value }) => `${key} ${String(value['topic'])}`)).size;
      };
      // The assignment settles after some changes: from then on each member receives only its own keys.
      for (let n = 0, before = -1; foreign() !== before; n++) {
        await condition.until(isShared);
        before = foreign();
        await round(topics, n);
        await condition.until(() => came(n) === keys.length * topics.length);
      }
      await condition.until(isShared);
      await Promise.all(members.map((member) => member.stop()));
    });

    test('when a member ends, the other gets its keys, and nothing is lost', async () => {
      const { condition, topics, join } = await group();
      const first = join();
      await condition.until(() => keys.every((key) => first.owns(key)));
      const second = join();
      await round(topics, 0);
      await condition.until(() => keys.every((key) => first.owns(key) !== second.owns(key)));
      await first.stop();
      await condition.until(() => keys.every((key) => second.owns(key)));
      await round(topics, 1);
      const numbersOf = (key: string) =>
        new Set([...first.seen, ...second.seen].filter((message) => message.key === key).map(numberOf));
      await condition.until(() => keys.every((key) => numbersOf(key).size === 2));
      await second.stop();
    });
  });
}
