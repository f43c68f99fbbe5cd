import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  DeleteReq,
  DeleteResp,
  ReadReq,
  ReadResp,
  TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import {
  status,
  type Metadata,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { GroupCommit } from '@app/adapters/embedded';
import { Database } from '@app/adapters/embedded';
import { Wakeup } from '@app/eventing';
import { refusalOf, type Refusal, type Right, type Users } from './access.js';
import * as messages from './append-calls.js';
import { failureOf, refusal, TimedOut } from './failures.js';
import { nameOf } from './messages.js';
import { answerRead } from './read-call.js';
import { Record, StreamDeleted, WrongExpectedVersion, type Append, type Appended } from './record.js';

/** The server gives up a write after this time, and reports it. */
const WRITE_TIMEOUT_MS = 2_000;

/** Answers the calls: an event store in a folder, and the faults that tests request. */
export class Double {
  readonly #db: Database;
  readonly #record: Record;
  readonly #appends: GroupCommit<Append, Appended>;
  readonly #committed = new Wakeup();
  readonly #reads = new Set<AbortController>();
  /** Appends in calls of their own that are not committed yet. */
  readonly #underWay = new Set<string>();
  readonly #closing = new AbortController();
  #closed = false;
  refuses = false;
  answersToLose = 0;
  /** How often each kind of call was received, and how many events were sent. */
  readonly counts = { append: 0, batchAppend: 0, read: 0, readOfStream: 0, readOfLeader: 0, events: 0 };

  constructor(
    folder: string,
    private readonly dropConnections: () => void,
    private readonly users: Users | undefined,
  ) {
    mkdirSync(folder, { recursive: true });
    this.#db = new Database(join(folder, 'events.db'), { synchronous: 'FULL' });
    this.#record = new Record(this.#db);
    this.#appends = new GroupCommit((appends) => {
      const outcomes = this.#record.commit(appends);
      this.#committed.wake();
      return outcomes;
    });
  }

  append = (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void => {
    this.counts.append += 1;
    const received: AppendReq[] = [];
    call.on('data', (message: AppendReq) => received.push(message));
    const refused = this.#refusal(call, 'append');
    call.on('end', () => (refused ? answer(refused) : void this.#answerAppend(received, answer)));
  };

  async #answerAppend(received: readonly AppendReq[], answer: sendUnaryData<AppendResp>): Promise<void> {
    let append: Append | undefined;
    try {
      append = messages.appendOf(received);
      const appended = await this.#appendOnce(append);
      if (!this.#losesAnswer()) answer(null, messages.appendAnswer(appended));
    } catch (error) {
      if (append && error instanceof WrongExpectedVersion) return answer(null, messages.conflictAnswer(append, error));
      answer(failureOf(error));
    }
  }

  /**
   * As on the server, a repeated append is dropped while the first one is running, and its caller gets no answer until
   * the deadline.
   */
  async #appendOnce(append: Append): Promise<Appended> {
    const same = JSON.stringify([append.stream, append.expected, append.events.map(({ id }) => id)]);
    if (this.#underWay.has(same)) {
      await this.#writeTimeout();
      throw new TimedOut();
    }
    this.#underWay.add(same);
    try {
      return await this.#appends.add(append);
    } finally {
      this.#underWay.delete(same);
    }
  }

  #writeTimeout(): Promise<unknown> {
    return passed(WRITE_TIMEOUT_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  batchAppend = (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void => {
    this.counts.batchAppend += 1;
    const refused = this.#refusal(call, 'append');
    if (refused) return void call.emit('error', refused);
    const begun = new Map<string, BatchAppendReq[]>();
    call.on('data', (message: BatchAppendReq) => {
      const id = message.getCorrelationId()?.getString() ?? '';
      const received = [...(begun.get(id) ?? []), message];
      begun.set(id, received);
      if (!message.getIsFinal()) return;
      begun.delete(id);
      void this.#answerBatched(received, message, call);
    });
    call.on('end', () => call.end());
  };

  async #answerBatched(
    received: readonly BatchAppendReq[],
    last: BatchAppendReq,
    call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
  ): Promise<void> {
    let append: Append | undefined;
    const answer = messages.batchedAnswer(last, messages.streamOf(received));
    try {
      append = messages.batchedAppendOf(received);
      if (messages.isLate(received)) answer.setError(messages.timeoutError());
      else answer.setSuccess(messages.batchedSuccess(await this.#appends.add(append)));
      if (answer.hasSuccess() && this.#losesAnswer()) return;
    } catch (error) {
      answer.setError(messages.batchedError(error, append?.expected ?? 0));
      if (error instanceof messages.BadRequest && error.what === 'type') void this.#answerAgain(last, received, call);
    }
    if (!call.cancelled) call.write(answer);
  }

  /**
   * As on the server, an append refused for an event without a type still waits for its end, and is answered a second
   * time.
   */
  async #answerAgain(
    last: BatchAppendReq,
    received: readonly BatchAppendReq[],
    call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
  ): Promise<void> {
    await this.#writeTimeout();
    if (!call.cancelled && !this.#closed)
      call.write(messages.batchedAnswer(last, messages.streamOf(received)).setError(messages.timeoutError()));
  }

  delete = (call: ServerUnaryCall<DeleteReq, DeleteResp>, answer: sendUnaryData<DeleteResp>): void => {
    this.#delete(call, answer, (stream) => {
      const position = String(this.#record.deleteSoftly(stream));
      return new streams.DeleteResp().setPosition(
        new streams.DeleteResp.Position().setCommitPosition(position).setPreparePosition(position),
      );
    });
  };

  tombstone = (call: ServerUnaryCall<TombstoneReq, TombstoneResp>, answer: sendUnaryData<TombstoneResp>): void => {
    this.#delete(call, answer, (stream) => {
      const position = String(this.#record.tombstone(stream));
      return new streams.TombstoneResp().setPosition(
        new streams.TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position),
      );
    });
  };

  #delete<Answer>(
    call: ServerUnaryCall<DeleteReq | TombstoneReq, Answer>,
    answer: sendUnaryData<Answer>,
    work: (stream: string) => Answer,
  ): void {
    const refused = this.#refusal(call, 'append');
    if (refused) return answer(refused);
    const options = call.request.getOptions();
    if (!options?.hasAny())
      return answer({ code: status.UNIMPLEMENTED, details: 'The double does not support deletions at a revision' });
    answer(null, work(nameOf(options.getStreamIdentifier())));
    this.#committed.wake();
  }

  read = (call: ServerWritableStream<ReadReq, ReadResp>): void => {
    this.counts.read += 1;
    if (call.request.getOptions()?.hasStream()) this.counts.readOfStream += 1;
    if (call.metadata.get('requires-leader').length > 0) this.counts.readOfLeader += 1;
    const refused = this.#refusal(call, call.request.getOptions()?.hasAll() ? 'read $all' : null);
    if (refused) return void call.emit('error', refused);
    const ended = new AbortController();
    this.#reads.add(ended);
    const end = (): void => ended.abort();
    call.on('cancelled', end);
    answerRead(call, { record: this.#record, committed: this.#committed, counts: this.counts, signal: ended.signal })
      .then(() => (ended.signal.aborted ? call.emit('error', refusal()) : call.end()))
      .catch((error: unknown) => call.emit('error', error instanceof StreamDeleted ? failureOf(error) : error))
      .finally(() => this.#reads.delete(ended));
  };

  #refusal({ metadata }: { readonly metadata: Metadata }, right: Right | null): Refusal | null {
    return this.refuses ? refusal() : refusalOf(this.users, metadata, right);
  }

  cutSubscriptions(): void {
    for (const read of this.#reads) read.abort();
  }

  /** Commits pending appends and ends the reads; nothing is read from the file afterwards. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing.abort();
    this.#appends.close();
    this.cutSubscriptions();
    while (this.#reads.size > 0) await passed(1);
    this.#db.close();
  }

  #losesAnswer(): boolean {
    if (this.answersToLose === 0) return false;
    this.answersToLose -= 1;
    this.dropConnections();
    return true;
  }
}
