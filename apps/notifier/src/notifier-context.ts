import { v7 } from 'uuid';
import { system } from '@app/application';
import type { CommandContext } from '@app/eventing';

/** Each step of the notifier is a command of its own; the delivery's state makes a repetition harmless. */
export function notifierContext(programId: string): CommandContext {
  const commandId = v7();
  return { programId, actor: system('notifier'), commandId, correlationId: commandId, causationId: commandId, occurredAt: new Date().toISOString() };
}
