import { v5 } from 'uuid';

/** Namespace of every id made from names by this product. */
const NAMESPACE = '5f3d9a52-5b0e-4f0e-9c39-0a6f3f0f8b11';

/**
 * A natural key: the same parts give the same id everywhere, so that the store settles a race between two requests
 * that would create the same thing.
 */
export const naturalId = (...parts: readonly string[]): string => v5(JSON.stringify(parts), NAMESPACE);

/** One text or email to one person about one message is one delivery. */
export const deliveryIdOf = (messageId: string, recipientId: string, channel: 'sms' | 'email'): string => naturalId('delivery', messageId, recipientId, channel);
