import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { HandleBlock, Lookups } from '@app/application';
import { BlockNotFound, type BlockPlaced } from '@app/domain/block';
import { ContactWasErased } from '@app/domain/contact';
import type { Open } from '@app/kernel';
import { InvalidRequest, type CallerIdentity } from '@app/platform';
import {
  BlockQueries,
  Freshness,
  type BlockedMessageView,
  type BlockView,
  type Listing,
  type Viewer,
} from '@app/read-models';
import { commandResponse } from '../http/command-response.js';
import type { RequestContext } from '../http/command-context.js';
import type { PageDto } from '../http/paging.dto.js';
import { takeRequest } from '../http/take-request.js';
import type { PlaceBlockDto } from './blocks.requests.dto.js';
import type { BlockPayload } from './blocks.view.js';

type Whom = Omit<Open<BlockPlaced['data']>, 'by'>;

/** Blocked contacts and numbers, for REST and GraphQL. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly blocks: BlockQueries,
    private readonly freshness: Freshness,
  ) {}

  /** @throws InvalidCursor */
  async list(viewer: Viewer, { position, after, limit }: PageDto): Promise<Listing<BlockView>> {
    return this.freshness.list(viewer.programId, position, () => this.blocks.page(viewer, after, limit));
  }

  /** @throws BlockNotFound, InvalidCursor */
  async messages(
    viewer: Viewer,
    blockId: string,
    { position, after, limit }: PageDto,
  ): Promise<Listing<BlockedMessageView>> {
    return this.freshness.list(viewer.programId, position, async () => {
      if (!(await this.blocks.isBlocked(viewer.programId, blockId))) throw new BlockNotFound();
      return this.blocks.messages(viewer, blockId, after, limit);
    });
  }

  /** @throws InvalidRequest unless exactly one is given, ContactNotFound, ContactWasErased */
  async place(
    { contactId, phone }: PlaceBlockDto,
    { programId, id: by }: CallerIdentity,
    context: RequestContext,
  ): Promise<BlockPayload> {
    if ((contactId === undefined) === (phone === undefined))
      throw new InvalidRequest([
        { field: 'contactId', rule: 'exactlyOne', message: 'give exactly one of contactId and phone' },
      ]);
    const { blockId } = await takeRequest(
      this.commands,
      context,
      { kind: 'PlaceBlock', body: { contactId: contactId ?? null, phone: phone ?? null } },
      async () => ({ blockId: contactId ?? (await this.lookups.naturalKeys.address(programId, String(phone))) }),
    );
    const whom =
      phone === undefined ? await this.contact(programId, blockId) : await this.number(programId, blockId, phone);
    const intent = { type: 'PlaceBlock', data: { ...whom, by } } as const;
    return { blockId, ...commandResponse(await this.commands.execute(new HandleBlock(blockId, intent, context))) };
  }

  private async contact(programId: string, blockId: string): Promise<Whom> {
    if ((await this.lookups.contact(programId, blockId)).status === 'erased') throw new ContactWasErased();
    return { blockId, kind: 'contact', subjectId: blockId, phone: null };
  }

  private async number(programId: string, blockId: string, phone: string): Promise<Whom> {
    return { blockId, kind: 'number', subjectId: await this.lookups.sealingSubject(programId, blockId), phone };
  }
}
