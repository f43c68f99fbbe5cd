import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { BulkActions, HandleBulk, ids, subCommand } from '@app/application';
import type { CommandContext } from '@app/eventing';
import type { BulkResult, BulkStarted } from '@app/domain/bulk';
import { DomainError } from '@app/kernel';
import { InvalidRequest, type CallerIdentity } from '@app/platform';
import { BulkQueries, Freshness, type BulkView, type Listing } from '@app/read-models';
import type { PageDto } from '../http/paging.dto.js';
import type { BulkDto } from './bulk.requests.dto.js';
import type { BulkPayload } from './bulk.view.js';

/** The same for many conversations, for REST and GraphQL. */
@Injectable()
export class BulkService {
  constructor(
    private readonly commands: CommandBus,
    private readonly actions: BulkActions,
    private readonly bulks: BulkQueries,
    private readonly freshness: Freshness,
  ) {}

  /** @throws InvalidRequest, InvalidPosition */
  async run(body: BulkDto, { id: by }: CallerIdentity, context: CommandContext): Promise<BulkPayload> {
    const { action, ids: given, position: upTo, view, folder = 'inbox' } = body;
    if ((given === undefined) === (upTo === undefined) || (given && (view ?? body.folder)))
      throw new InvalidRequest([
        { field: 'ids', rule: 'exactlyOne', message: 'give either ids, or position with view and folder' },
      ]);
    if (given) {
      const { results, position } = await this.actions.run({ action, by }, given, (id) =>
        subCommand(context, `bulk ${id}`),
      );
      return { jobId: null, results: [...results], position };
    }
    return this.start(context, { action, folder, mine: view === 'mine' ? by : null, upTo: String(upTo), by });
  }

  /** @throws BulkJobNotFound */
  async job(programId: string, id: string, position: string | undefined): Promise<BulkView> {
    const job = await this.freshness.at(position, () => this.bulks.one(programId, id));
    if (!job) throw new BulkJobNotFound();
    return job;
  }

  /** The results of a job that is known to belong to the program. @throws InvalidCursor */
  async results(programId: string, id: string, { position, after, limit }: PageDto): Promise<Listing<BulkResult>> {
    return this.freshness.list(programId, position, () => this.bulks.results(programId, id, after, limit));
  }

  /** @throws InvalidPosition */
  private async start(context: CommandContext, list: Omit<BulkStarted['data'], 'at'>): Promise<BulkPayload> {
    // A position beyond the end would wait for ever.
    await this.freshness.at(list.upTo, () => Promise.resolve());
    const jobId = ids.derivedId(context.commandId, 'bulk');
    const intent = { type: 'StartBulk', data: { ...list, at: context.occurredAt } } as const;
    const { position } = await this.commands.execute(new HandleBulk(jobId, intent, context));
    return { jobId, results: [], position };
  }
}

export class BulkJobNotFound extends DomainError {
  readonly code = 'BulkJobNotFound';
  override readonly kind = 'not-found';
  constructor() {
    super('There is no such job in this program');
  }
}
