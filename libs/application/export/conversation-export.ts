import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext, Page } from '@app/eventing';
import type { ConversationExported, ExportFormat } from '@app/domain/export';
import { ExportedMessages, type ExportedMessage } from '@app/read-models';
import { ids } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';
import { periodOf, rowOf } from './calendar.js';
import { exportFormats } from './export-formats.js';
import { HandleExport } from './export.handler.js';

/** A file that is made while it is read. */
export type ExportedFile = {
  readonly mediaType: string;
  readonly name: string;
  readonly content: AsyncIterable<string | Buffer>;
};

/** Writes one conversation into a file, page by page. */
@Injectable()
export class ConversationExport {
  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly messages: ExportedMessages,
  ) {}

  /**
   * Records who gets the file, then reads its first page; the others are read with the content.
   * @throws ConversationNotFound, ConversationWasDeleted, ExportDayMissing, ExportEndsBeforeStart, ExportTooLong
   */
  async file(asked: Omit<ConversationExported['data'], 'exportId'>, context: CommandContext): Promise<ExportedFile> {
    const { programId } = context;
    const { conversationId, format, from, to } = asked;
    const exportId = ids.derivedId(context.commandId, 'export');
    const intent = { type: 'ExportConversation', data: { ...asked, exportId } } as const;
    await this.commands.execute(new HandleExport(exportId, intent, context));
    const { timeZone } = (await this.lookups.program(programId)).policies;
    const period = periodOf(asked, timeZone);
    const read: Read = (cursor) => this.messages.ofConversation(programId, conversationId, period, cursor);
    return {
      mediaType: exportFormats[format].mediaType,
      name: `${['conversation', conversationId, from, to].filter(Boolean).join('-')}.${format}`,
      content: written(await read(), read, format, timeZone),
    };
  }
}

type Read = (cursor?: string) => Promise<Page<ExportedMessage>>;

async function* written(
  first: Page<ExportedMessage>,
  read: Read,
  format: ExportFormat,
  timeZone: string,
): AsyncIterable<string> {
  const { start, rows, end } = exportFormats[format];
  yield start({ contact: first.documents[0]?.fullName ?? '', timeZone });
  for (let page = first; ; page = await read(page.next)) {
    yield rows(page.documents.map((message) => rowOf(message, timeZone)));
    if (page.next === null) break;
  }
  yield end;
}
