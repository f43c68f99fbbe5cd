/**
 * Stored data, or its key, cannot be used by this program. A retry does not help; the message says what does, with ids
 * and numbers only.
 */
export class UnusableData extends Error {
  override readonly name: string = 'UnusableData';
}
