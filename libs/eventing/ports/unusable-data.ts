/** What is stored, or the key to it, does not fit this program. Trying again does not help; the message says what does, by ids and numbers alone. */
export class UnusableData extends Error {
  override readonly name: string = 'UnusableData';
}
