import { openKafka } from './open-kafka.js';

test('rule 12: a file of the authority that cannot be read is said at once, and is no Kafka that is away', () => {
  expect(() => openKafka({ brokers: ['127.0.0.1:1'], tls: { caFile: '/nowhere/ca.pem' } })).toThrow('/nowhere/ca.pem');
});
