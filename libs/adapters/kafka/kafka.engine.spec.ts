import { consume, newTopic, numbers, topicLogContract, uniqueName } from '@app/testing/contracts';
import { kafkaClient } from './connection.js';
import { givenBrokers, openTopics } from './kafka.fixture.js';

topicLogContract('Kafka', async () => {
  const open = () => openTopics(givenBrokers());
  let kafka = open();
  return {
    store: kafka.topics,
    reopen: async () => {
      await kafka.close();
      kafka = open();
      return { store: kafka.topics };
    },
    close: () => kafka.close(),
  };
});

test('what somebody else has put there comes as nothing, and holds up nothing', async () => {
  const kafka = openTopics(givenBrokers(), '');
  const producer = kafkaClient({ brokers: givenBrokers() }).producer();
  try {
    const topic = await newTopic(kafka.topics);
    await producer.connect();
    const foreign = ['{"half":', 'text', '[1]', 'null', '7', ''];
    await producer.send({ topic, messages: foreign.map((value) => ({ key: 'a', value })) });
    await producer.send({ topic, messages: [{ key: 'a', value: null }, { key: null, value: '{"n":1}' }] });
    await kafka.topics.publish(topic, numbers(0, 1));
    const messages = await consume(kafka.topics, [topic], uniqueName('group'), foreign.length + 3);
    expect(messages.filter(({ value }) => Object.keys(value).length === 0)).toHaveLength(foreign.length + 1);
  } finally {
    await producer.disconnect();
    await kafka.close();
  }
});
