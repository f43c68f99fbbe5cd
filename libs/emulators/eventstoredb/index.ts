import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featureMessages from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streams from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import type { Users } from './access.js';
import { Double } from './double.js';

export { DoubleProcess } from './double-process.js';
export { serverAnswers } from './server-answers.js';

export type EventStoreDbDouble = {
  /** Connection string. */
  readonly url: string;
  readonly port: number;
  /** How often each kind of call was received, and how many events were sent. */
  readonly counts: Readonly<Double['counts']>;
  /** The next appends, this many, are committed, and the connection is dropped before the response. */
  loseAnswers(count: number): void;
  /** While true, every new call is refused as unavailable. */
  refuse(away: boolean): void;
  /** Ends all reads and subscriptions with an error. */
  cutSubscriptions(): void;
  close(): Promise<void>;
};

export type DoubleOptions = {
  readonly folder: string;
  readonly port?: number;
  /** Uses TLS, with this certificate and key (PEM), as `localhost`. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** The rights of each user; without it, everybody has all rights. */
  readonly users?: Users;
};

/**
 * Implements EventStoreDB's protocol as far as the client needs it for appends, reads and subscriptions to `$all`, with
 * the server's rules for expected revisions and repeated ids. Events are in the folder when an append is answered.
 */
export async function startEventStoreDbDouble({
  folder,
  port = 0,
  tls,
  users,
}: DoubleOptions): Promise<EventStoreDbDouble> {
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 });
  const double = new Double(folder, () => server.drain(address(bound), 0), users);
  server.addService(streams.StreamsService, {
    read: double.read,
    append: double.append,
    batchAppend: double.batchAppend,
    delete: double.delete,
    tombstone: double.tombstone,
  });
  server.addService(features.ServerFeaturesService, { getSupportedMethods });
  const bound = await new Promise<number>((resolve, reject) => {
    const credentials = tls
      ? ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) },
        ])
      : ServerCredentials.createInsecure();
    server.bindAsync(address(port), credentials, (error, free) => (error ? reject(error) : resolve(free)));
  });

  const close = async (): Promise<void> => {
    const shut = new Promise((resolve) => server.tryShutdown(resolve));
    server.forceShutdown();
    await shut;
    await double.close();
  };
  let closing: Promise<void> | undefined;
  return {
    url: tls ? `esdb://localhost:${bound}` : `esdb://${address(bound)}?tls=false`,
    port: bound,
    counts: double.counts,
    loseAnswers: (count) => void (double.answersToLose = count),
    refuse: (away) => void (double.refuses = away),
    cutSubscriptions: () => double.cutSubscriptions(),
    close: () => (closing ??= close()),
  };
}

const address = (port: number): string => `127.0.0.1:${port}`;

function getSupportedMethods(_call: unknown, answer: sendUnaryData<featureMessages.SupportedMethods>): void {
  const methods = ['Append', 'BatchAppend', 'Read'].map((name) =>
    new featureMessages.SupportedMethod().setServiceName('event_store.client.streams.Streams').setMethodName(name),
  );
  answer(null, new featureMessages.SupportedMethods().setEventStoreServerVersion('23.10.8').setMethodsList(methods));
}
