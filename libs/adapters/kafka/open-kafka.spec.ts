import { openKafka } from './open-kafka.js';

test('rule 12: an unreadable file of the authority is reported at once, and not as an unavailable Kafka', () => {
  expect(() => openKafka({ brokers: ['127.0.0.1:1'], tls: { caFile: '/nowhere/ca.pem' } })).toThrow('/nowhere/ca.pem');
});
