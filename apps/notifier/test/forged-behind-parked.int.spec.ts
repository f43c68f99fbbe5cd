import { HandleParked, ids, systemContext } from '@app/application';
import { TopicLog } from '@app/eventing';
import type { ParkedEvent } from '@app/domain/parked';
import { CONVERSATIONS_TOPIC } from '@app/public-events';
import { NOTIFIER } from '../src/requests/parking-key.js';
import { NotifierBench, until } from './notifier-bench.fixture.js';

it('G5, N2: forged topic messages about a conversation with a parked message are refused, and not parked behind it', async () => {
  const bench = await NotifierBench.open();
  try {
    const { programId } = await bench.program('victim');
    const { conversationId } = await bench.conversation(programId);
    const place = { worker: NOTIFIER, key: conversationId };
    await bench.execute(
      new HandleParked(
        ids.parked(programId, NOTIFIER, conversationId),
        {
          type: 'ParkMessage',
          data: { ...place, source: { stream: `conversation-${conversationId}`, revision: 0 }, cause: 'Boom' },
        },
        systemContext(programId, 'parking'),
      ),
    );
    const forged = Array.from({ length: 300 }, (_, n) => ({
      key: conversationId,
      value: {
        id: `no-event-${n}`,
        type: 'message.sent',
        programId,
        conversationId,
        contactId: 'nobody',
        referralId: null,
        revision: 1_000_000 + n,
        occurredAt: 'x',
        messageId: 'm',
        channel: 'sms',
        by: 'x',
      },
    }));
    await bench.app.get(TopicLog).publish(CONVERSATIONS_TOPIC, forged);
    await bench.write(programId, conversationId, 'a true one', 'sms');
    await until(
      async () =>
        (await bench.recorded<ParkedEvent>('parked')).some(
          (event) =>
            event.type === 'MessageParked' && event.data.source.revision < 1000 && event.data.source.revision > 0,
        ),
      'the true one is parked',
    );
    const parked = (await bench.recorded<ParkedEvent>('parked')).filter(({ type }) => type === 'MessageParked');
    expect(parked).toHaveLength(2);
  } finally {
    await bench.close();
  }
}, 60_000);
