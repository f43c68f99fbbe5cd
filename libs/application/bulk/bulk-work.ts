import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock, EventLog, Progress, TemporaryFailure, type DueWork } from '@app/eventing';
import { bulkAggregate, type BulkCommand, type BulkStarted } from '@app/domain/bulk';
import { streamOf, type Recorded } from '@app/kernel';
import { bulksModel, InboxQueries, inboxProjection, type BulkRow, type FolderChoice } from '@app/read-models';
import { causedBy, systemContext } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';
import { BulkActions } from './bulk-actions.js';
import { HandleBulk } from './bulk.handler.js';

const PAGE = 100;
const LONGEST_WAIT_MS = 10_000;

/** Handles the conversations of a bulk action: one part in each turn, so that other programs get theirs. */
@Injectable()
export class BulkWork implements DueWork<BulkRow> {
  readonly model = bulksModel;
  readonly startedBy = ['BulkStarted', 'BulkProgressed'];
  readonly index = 'due';
  readonly pending = { state: 'running' };
  readonly time = 'startedAt';

  constructor(
    private readonly commands: CommandBus,
    private readonly eventLog: EventLog,
    private readonly progress: Progress,
    private readonly clock: Clock,
    private readonly lookups: Lookups,
    private readonly inbox: InboxQueries,
    private readonly actions: BulkActions,
  ) {}

  /** Continues where another process stopped. */
  async do({ id, programId, upTo }: BulkRow): Promise<void> {
    const started = await this.eventLog.at(streamOf(bulkAggregate, id), 0);
    if (!started || !(await this.progress.waitFor(inboxProjection, upTo, LONGEST_WAIT_MS, programId)))
      throw new ListBehind();
    for (;;) {
      const bulk = await this.lookups.load(bulkAggregate, id, programId);
      if (bulk?.status !== 'running') return;
      const note =
        bulk.part === null
          ? await this.nextPart(started as Recorded<BulkStarted>, bulk.after)
          : await this.handle(started as Recorded<BulkStarted>, bulk.part);
      await this.commands.execute(new HandleBulk(id, note, systemContext(programId, 'automation')));
      if (note.type === 'NoteBulkResults') return;
    }
  }

  private async nextPart({ data, metadata }: Recorded<BulkStarted>, from: string | null): Promise<BulkCommand> {
    const { folder, mine, upTo } = data;
    const filter = { folder: folder as FolderChoice, mine: mine ?? undefined };
    const page = { after: from ?? undefined, limit: PAGE };
    const { documents, next } = await this.inbox.idsUpTo(metadata.programId, filter, upTo, page);
    return { type: 'ListBulkPart', data: { from, conversationIds: documents, after: next } };
  }

  private async handle(started: Recorded<BulkStarted>, part: readonly string[]): Promise<BulkCommand> {
    const { action, by } = started.data;
    const { results } = await this.actions.run({ action, by }, part, (conversationId) =>
      causedBy(started, { kind: 'staff', id: by }, `bulk ${conversationId}`),
    );
    return { type: 'NoteBulkResults', data: { results, at: new Date(this.clock.now()).toISOString() } };
  }
}

export class ListBehind extends TemporaryFailure {
  override readonly name = 'ListBehind';
  constructor() {
    super('The inbox is too far behind to list the conversations of a bulk action; it is retried');
  }
}
