import { hash } from 'node:crypto';

/** Namespace of all name-based ids of this product. */
const NAMESPACE = Buffer.from('5f3d9a525b0e4f0e9c390a6f3f0f8b11', 'hex');

/**
 * A natural key: the same parts give the same id everywhere, so the store settles a race between two requests to create
 * the same thing. Anybody can compute it: the parts must never contain personal data.
 */
export const naturalId = (...parts: readonly string[]): string => nameBased(JSON.stringify(parts));

/** A UUID of version 5 (RFC 9562, section 5.5). Every command makes several: this takes a third of a library's time. */
const nameBased = (name: string): string =>
  uuidOf(hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'buffer'), 5);

/**
 * The first 16 bytes in the form of a UUID; version 8 (RFC 9562, section 5.8) is for custom hashes. Changes the bytes.
 */
export function uuidOf(bytes: Buffer, version: 5 | 8): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** One text or email to one person about one message is one delivery. */
export const deliveryIdOf = (messageId: string, recipientId: string, channel: 'sms' | 'email'): string =>
  naturalId('delivery', messageId, recipientId, channel);
