import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import google from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { credentials } from '@grpc/grpc-js';
import { Asker } from './asker.js';
import { startEventStoreDbDouble, type EventStoreDbDouble } from './index.js';
import { streamIdentifier } from './messages.js';
import { serverAnswers } from './server-answers.js';

async function open(): Promise<EventStoreDbDouble> {
  const folder = mkdtempSync(join(tmpdir(), 'esdb-'));
  const double = await startEventStoreDbDouble({ folder });
  return { ...double, close: () => double.close().then(() => rmSync(folder, { recursive: true })) };
}

serverAnswers('the double', open);

describe('answers that occur only sometimes, or break the client', () => {
  let double: EventStoreDbDouble;
  beforeEach(async () => void (double = await open()));
  afterEach(() => double.close());

  test('M9: of the same append several times at once one is answered, and the others time out', async () => {
    const asker = new Asker(double.url);
    const [stream, event] = [asker.stream(), asker.event()];
    const append = () =>
      asker.client.appendToStream(stream, event, {
        expectedRevision: 'no_stream',
        credentials: { username: 'a', password: 'b' },
      });
    const answers = await Promise.all(
      Array.from({ length: 3 }, () =>
        append().then(
          ({ success }) => success,
          ({ type }: { type: string }) => type,
        ),
      ),
    );
    expect(answers.map(String).toSorted()).toEqual(['deadline-exceeded', 'deadline-exceeded', 'true']);
    expect(await append()).toMatchObject({ nextExpectedRevision: 0n });
    expect(await asker.read(stream)).toBe('revisions 0');
    await asker.client.dispose();
  });

  test('M9: an event without a type is answered twice in the shared call', async () => {
    const client = new streamsService.StreamsClient(
      double.url.replace(/^esdb:\/\/|\?.*$/g, ''),
      credentials.createInsecure(),
    );
    const call = client.batchAppend();
    const answers: string[] = [];
    const twice = Promise.withResolvers<void>();
    call.on('data', (answer: BatchAppendResp) => {
      answers.push(`${answer.getCorrelationId()?.getString()}: ${answer.getError()?.getMessage()}`);
      if (answers.length === 2) twice.resolve();
    });
    call.on('error', () => undefined);
    const id = randomUUID();
    const request = new streams.BatchAppendReq().setCorrelationId(new shared.UUID().setString(id)).setIsFinal(true);
    request.setOptions(
      new streams.BatchAppendReq.Options().setStreamIdentifier(streamIdentifier('asked-1')).setAny(new google.Empty()),
    );
    request.addProposedMessages(
      new streams.BatchAppendReq.ProposedMessage().setId(new shared.UUID().setString(randomUUID())),
    );
    call.write(request);
    await twice.promise;
    expect(answers).toEqual([`${id}: BadRequest`, `${id}: Timeout`]);
    call.cancel();
    client.close();
  });
});
