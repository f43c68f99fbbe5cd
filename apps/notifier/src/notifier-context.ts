import { systemContext } from '@app/application';
import type { CommandContext } from '@app/eventing';

/** Each step of the notifier is a command of its own; the delivery's state makes a repetition harmless. */
export const notifierContext = (programId: string): CommandContext => systemContext(programId, 'notifier');
