import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '@app/eventing';
import type { BulkAction, BulkResult } from '@app/domain/bulk';
import { DomainError, type Position } from '@app/kernel';
import { HandleConversation } from '../conversation/conversation.command.js';

const AT_ONCE = 10;

const commandOf = { archive: 'ArchiveConversation', unarchive: 'UnarchiveConversation' } as const;

/** `position`: the latest of their positions. */
export type BulkOutcome = { readonly results: readonly BulkResult[]; readonly position: Position | null };

/** Does the same with several conversations. */
@Injectable()
export class BulkActions {
  constructor(private readonly commands: CommandBus) {}

  /** @param contextOf the command of each conversation has an id of its own, so that a repetition changes nothing */
  async run(
    { action, by }: { readonly action: BulkAction; readonly by: string },
    conversationIds: readonly string[],
    contextOf: (conversationId: string) => CommandContext,
  ): Promise<BulkOutcome> {
    const results: BulkResult[] = [];
    let position: Position | null = null;
    for (let n = 0; n < conversationIds.length; n += AT_ONCE) {
      const some = conversationIds.slice(n, n + AT_ONCE);
      for (const one of await Promise.all(some.map((id) => this.one(id, { action, by }, contextOf(id))))) {
        results.push(one.result);
        if (one.position !== null && one.position > (position ?? '')) position = one.position;
      }
    }
    return { results, position };
  }

  private async one(
    conversationId: string,
    { action, by }: { readonly action: BulkAction; readonly by: string },
    context: CommandContext,
  ): Promise<{ readonly result: BulkResult; readonly position: Position | null }> {
    const command = new HandleConversation(conversationId, { type: commandOf[action], data: { by } }, context);
    try {
      const { events, position } = await this.commands.execute(command);
      return { result: { conversationId, outcome: events.length > 0 ? 'done' : 'unchanged', code: null }, position };
    } catch (error) {
      if (error instanceof DomainError)
        return { result: { conversationId, outcome: 'refused', code: error.code }, position: null };
      throw error;
    }
  }
}
