/**
 * Nothing is wrong with what was asked: it cannot be done now. Whoever follows the record or a topic waits and asks again,
 * however long it takes, and parks nothing.
 */
export abstract class TemporaryFailure extends Error {}
