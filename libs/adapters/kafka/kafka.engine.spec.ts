import { topicLogContract } from '@app/testing/contracts';
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
