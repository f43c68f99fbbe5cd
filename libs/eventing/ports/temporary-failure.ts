/**
 * The request is valid, but cannot be handled now. A follower or consumer waits and retries, however long it takes, and
 * parks nothing.
 */
export abstract class TemporaryFailure extends Error {}
