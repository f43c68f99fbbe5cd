import { Injectable } from '@nestjs/common';
import { ConversationExport, type ExportedFile } from '@app/application';
import type { CommandContext } from '@app/eventing';
import type { CallerIdentity } from '@app/platform';
import { Freshness } from '@app/read-models';
import type { ExportConversationDto } from './exports.requests.dto.js';

@Injectable()
export class ExportsService {
  constructor(
    private readonly conversations: ConversationExport,
    private readonly freshness: Freshness,
  ) {}

  async conversation(
    conversationId: string,
    { format, from, to, position }: ExportConversationDto,
    { id: by }: CallerIdentity,
    context: CommandContext,
  ): Promise<ExportedFile> {
    const asked = { conversationId, format, from: from ?? null, to: to ?? null, by };
    return this.freshness.at(position, () => this.conversations.file(asked, context));
  }
}
