import type { Type } from '@nestjs/common';
import type { DueRow, DueWork } from '@app/eventing';
import { EndOfMute } from '../mute/end-of-mute.js';

/** The automation's work that is due at a time. */
export const dueWork: readonly Type<DueWork<DueRow>>[] = [EndOfMute];
