import google from 'google-protobuf/google/protobuf/any_pb.js';
import googleEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import { nameOf, streamIdentifier } from './messages.js';
import {
  ANY,
  NO_STREAM,
  STREAM_EXISTS,
  StreamDeleted,
  WrongExpectedVersion,
  type Append,
  type Appended,
  type ProposedEvent,
} from './record.js';

/** The server's default. */
export const MAX_APPEND_BYTES = 1024 * 1024;

export class MaximumAppendSizeExceeded extends Error {}

/** A stream without a name, or an event without a type. */
export class BadRequest extends Error {
  constructor(readonly what: 'name' | 'type') {
    super('Exception was thrown by handler.');
  }
}

type Expectation = { hasNoStream(): boolean; hasAny(): boolean; hasStreamExists(): boolean };

function expectedOf(options: Expectation, revision: string): number {
  if (options.hasNoStream()) return NO_STREAM;
  if (options.hasAny()) return ANY;
  return options.hasStreamExists() ? STREAM_EXISTS : Number(revision);
}

type Proposed =
  | NonNullable<ReturnType<AppendReq['getProposedMessage']>>
  | ReturnType<BatchAppendReq['getProposedMessagesList']>[number];

const eventOf = (message: Proposed): ProposedEvent => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

const checked = (append: Append): Append => {
  if (append.stream === '') throw new BadRequest('name');
  if (append.events.some(({ type }) => type === '')) throw new BadRequest('type');
  const bytes = append.events.reduce(
    (sum, { type, data, metadata }) => sum + 2 * type.length + data.length + metadata.length,
    0,
  );
  if (bytes > MAX_APPEND_BYTES) throw new MaximumAppendSizeExceeded();
  return append;
};

/**
 * The messages of one Append call: first its options, then one event each. @throws BadRequest,
 * MaximumAppendSizeExceeded
 */
export function appendOf([first, ...rest]: readonly AppendReq[]): Append {
  const options = first?.getOptions();
  if (!options) throw new Error('No options');
  const events = rest.flatMap((message) => message.getProposedMessage() ?? []).map(eventOf);
  return checked({
    stream: nameOf(options.getStreamIdentifier()),
    expected: expectedOf(options, options.getRevision()),
    events,
  });
}

export function appendAnswer({ revision, position }: Appended) {
  const place = new streams.AppendResp.Position()
    .setCommitPosition(String(position))
    .setPreparePosition(String(position));
  const success = new streams.AppendResp.Success().setPosition(place);
  if (revision === NO_STREAM) success.setNoStream(new shared.Empty());
  else success.setCurrentRevision(String(revision));
  return new streams.AppendResp().setSuccess(success);
}

export function conflictAnswer({ expected }: Append, { current }: WrongExpectedVersion) {
  const conflict = new streams.AppendResp.WrongExpectedVersion();
  if (current === NO_STREAM) conflict.setCurrentNoStream(new shared.Empty());
  else conflict.setCurrentRevision(String(current));
  if (expected >= 0) conflict.setExpectedRevision(String(expected));
  else if (expected === NO_STREAM) conflict.setExpectedNoStream(new shared.Empty());
  else if (expected === STREAM_EXISTS) conflict.setExpectedStreamExists(new shared.Empty());
  else conflict.setExpectedAny(new shared.Empty());
  return new streams.AppendResp().setWrongExpectedVersion(conflict);
}

/**
 * The messages of one append in a BatchAppend call: the first contains the options. @throws BadRequest,
 * MaximumAppendSizeExceeded
 */
export function batchedAppendOf(messages: readonly BatchAppendReq[]): Append {
  const options = messages[0]?.getOptions();
  if (!options) throw new Error('No options');
  const events = messages.flatMap((message) => message.getProposedMessagesList()).map(eventOf);
  return checked({
    stream: nameOf(options.getStreamIdentifier()),
    expected: expectedOf(options, options.getStreamPosition()),
    events,
  });
}

export const streamOf = ([first]: readonly BatchAppendReq[]): string =>
  nameOf(first?.getOptions()?.getStreamIdentifier());

/** Whether the client no longer waits for the append that these messages make up. */
export const isLate = ([first]: readonly BatchAppendReq[]): boolean => {
  const deadline = first?.getOptions()?.getDeadline();
  return deadline !== undefined && deadline.toDate().getTime() <= Date.now();
};

/** The response to an append, without its outcome yet. */
export const batchedAnswer = (request: BatchAppendReq, stream: string) =>
  new streams.BatchAppendResp()
    .setCorrelationId(request.getCorrelationId())
    .setStreamIdentifier(streamIdentifier(stream));

export function batchedSuccess({ revision, position }: Appended) {
  const place = new shared.AllStreamPosition().setCommitPosition(String(position)).setPreparePosition(String(position));
  const success = new streams.BatchAppendResp.Success().setPosition(place);
  return revision === NO_STREAM
    ? success.setNoStream(new googleEmpty.Empty())
    : success.setCurrentRevision(String(revision));
}

export function batchedError(error: unknown, expected: number) {
  if (error instanceof WrongExpectedVersion) return packed('WrongExpectedVersion', conflictDetails(error, expected));
  if (error instanceof MaximumAppendSizeExceeded) {
    return packed(
      'MaximumAppendSizeExceeded',
      new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_BYTES),
    );
  }
  if (error instanceof StreamDeleted)
    return packed('StreamDeleted', new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(error.stream)));
  if (error instanceof BadRequest) return packed('BadRequest', new shared.BadRequest().setMessage(error.message));
  return packed('Unknown', new shared.Unknown());
}

export const timeoutError = () => packed('Timeout', new shared.Timeout());

function conflictDetails({ current }: WrongExpectedVersion, expected: number) {
  const details = new shared.WrongExpectedVersion();
  if (current === NO_STREAM) details.setCurrentNoStream(new googleEmpty.Empty());
  else details.setCurrentStreamRevision(String(current));
  if (expected >= 0) details.setExpectedStreamPosition(String(expected));
  else if (expected === NO_STREAM) details.setExpectedNoStream(new googleEmpty.Empty());
  else if (expected === STREAM_EXISTS) details.setExpectedStreamExists(new googleEmpty.Empty());
  else details.setExpectedAny(new googleEmpty.Empty());
  return details;
}

function packed(type: string, details: { serializeBinary(): Uint8Array }) {
  const any = new google.Any();
  any.pack(details.serializeBinary(), `event_store.client.${type}`);
  return new statuses.Status().setMessage(type).setDetails(any);
}
