import { DomainError } from '@app/kernel';
import type { ConversationEvent } from './conversation.events.js';

export const LONGEST_LABEL = 40;
const MOST_LABELS = 20;

/** A label without the differences that nobody sees: the form of its characters, and the spaces around its words. */
export const labelOf = (text: string): string => text.normalize('NFC').trim().replace(/\s+/g, ' ');

/** @throws TooManyLabels */
export function isNewLabel(labels: readonly string[], label: string): boolean {
  if (labels.includes(label)) return false;
  if (labels.length >= MOST_LABELS) throw new TooManyLabels();
  return true;
}

export function labelsAfter(labels: readonly string[], { type, data }: ConversationEvent): readonly string[] {
  if (type === 'ConversationLabelled') return [...labels, data.label];
  return type === 'ConversationUnlabelled' ? labels.filter((label) => label !== data.label) : labels;
}

export class TooManyLabels extends DomainError {
  readonly code = 'TooManyLabels';
  override readonly field = 'label';
  constructor() {
    super(`A conversation has at most ${MOST_LABELS} labels; take one off first`);
  }
}
