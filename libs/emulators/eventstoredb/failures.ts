import { status } from '@grpc/grpc-js';
import { exception, type Refusal } from './access.js';
import { BadRequest, MAX_APPEND_BYTES, MaximumAppendSizeExceeded } from './append-calls.js';
import { StreamDeleted } from './record.js';

export const refusal = () => ({ code: status.UNAVAILABLE, details: 'The double is unavailable' });

export class TimedOut extends Error {}

/** The error as reported on a call of its own, not on the shared one. */
export function failureOf(error: unknown): Refusal {
  if (error instanceof MaximumAppendSizeExceeded) {
    return {
      code: status.INVALID_ARGUMENT,
      details: 'Maximum Append Size Exceeded',
      metadata: exception('maximum-append-size-exceeded', { 'maximum-append-size': String(MAX_APPEND_BYTES) }),
    };
  }
  if (error instanceof StreamDeleted)
    return {
      code: status.FAILED_PRECONDITION,
      details: error.message,
      metadata: exception('stream-deleted', { 'stream-name': error.stream }),
    };
  if (error instanceof TimedOut) return { code: status.DEADLINE_EXCEEDED, details: 'Operation timed out' };
  return { code: status.UNKNOWN, details: error instanceof BadRequest ? error.message : String(error) };
}
