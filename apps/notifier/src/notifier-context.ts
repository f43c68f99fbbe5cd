import { systemContext } from '@app/application';
import type { CommandContext } from '@app/eventing';

/** Each step of the notifier is a separate command; the state of the delivery makes a repeated step harmless. */
export const notifierContext = (programId: string): CommandContext => systemContext(programId, 'notifier');
