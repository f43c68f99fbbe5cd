import type { EventTypes, Message } from '@app/kernel';

/**
 * An owner may stop being one, because another remains; the change follows in the member's stream. `term` counts how often
 * this person became an owner.
 */
export type OwnerReleased = Message<'OwnerReleased', { userId: string; term: number; by: string }>;

export type OwnersEvent = OwnerReleased;

export const ownersEventTypes = { OwnerReleased: { version: 1 } } as const satisfies EventTypes<OwnersEvent>;
