import { HttpException } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { EngineUnavailable, EventUnreadable, KeyDestroyed, TemporaryFailure, UnusableData } from '@app/eventing';
import { DomainError, type ErrorKind } from '@app/kernel';

export type FieldProblem = { readonly field: string; readonly rule: string; readonly message: string };

/** A problem document (RFC 9457). `code` is stable; `field` and `rule` say what to correct. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly rule?: string;
  readonly errors?: readonly FieldProblem[];
  readonly correlationId?: string;
};

const statusOf: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  outdated: 412,
  reused: 422,
  'too-many': 429,
  unavailable: 503,
};

/** Codes for requests that the HTTP server itself refuses. */
const codeOfStatus: Readonly<Record<number, string>> = {
  400: 'MalformedRequest',
  404: 'RouteNotFound',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  413: 'BodyTooLarge',
  414: 'UrlTooLong',
  415: 'UnsupportedMediaType',
  431: 'HeadersTooLarge',
};

/** The path has routes for other methods. */
export class MethodNotAllowed extends HttpException {
  constructor(readonly methods: readonly string[]) {
    super('Method Not Allowed', 405);
  }
}

/** The format of the request is wrong; lists each field with the rule it breaks. */
export class InvalidRequest extends DomainError {
  readonly code = 'InvalidRequest';
  override readonly kind = 'invalid';
  constructor(readonly errors: readonly FieldProblem[]) {
    super('The request is not valid; see errors');
  }

  static from(errors: readonly ValidationError[], parent = ''): InvalidRequest {
    return new InvalidRequest(errors.flatMap((error) => fieldProblems(error, parent)));
  }
}

function fieldProblems({ property, constraints = {}, children = [] }: ValidationError, parent: string): FieldProblem[] {
  const field = parent ? `${parent}.${property}` : property;
  return [
    ...Object.entries(constraints).map(([rule, message]) => ({ field, rule, message })),
    ...children.flatMap((child) => fieldProblems(child, field)),
  ];
}

/** Any error as a problem document; an unexpected error reveals nothing internal. */
export function problemOf(error: unknown): Problem {
  if (error instanceof DomainError) return brokenRule(error);
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const code = codeOfStatus[status] ?? 'BadRequest';
    return { ...problem(status, code, details[status] ?? 'The request could not be understood'), rule: code };
  }
  const known = failures.find(({ types }) => types.some((type) => error instanceof type));
  if (known) return problem(known.status, known.code, known.detail);
  return problem(500, 'InternalError', 'An internal error occurred; it is safe to retry with the same Idempotency-Key');
}

/** In this order: some are subclasses of a later one. */
const failures = [
  {
    types: [EngineUnavailable],
    status: 503,
    code: 'EngineUnavailable',
    detail: 'A backing service is unavailable; retry with the same Idempotency-Key',
  },
  {
    types: [KeyDestroyed],
    status: 410,
    code: 'ContentErased',
    detail: 'The resource was erased, so nothing can be added to it',
  },
  {
    types: [EventUnreadable, UnusableData],
    status: 503,
    code: 'RecordUnreadable',
    detail:
      'Stored data that this request needs cannot be read; retry with the same Idempotency-Key after an operator has fixed it',
  },
  {
    types: [TemporaryFailure],
    status: 503,
    code: 'TemporarilyUnavailable',
    detail: 'The request cannot be handled right now; retry in a moment with the same Idempotency-Key',
  },
];

function brokenRule(error: DomainError): Problem {
  const base = problem(statusOf[error.kind], error.code, error.message);
  if (!(error instanceof InvalidRequest))
    return { ...base, ...error.about, rule: error.code, ...(error.field !== undefined && { field: error.field }) };
  const [first] = error.errors;
  return { ...base, ...(first && { field: first.field, rule: first.rule }), errors: error.errors };
}

const details: Readonly<Record<number, string>> = {
  400: 'The body is not valid JSON, or the request or its URL is malformed',
  404: 'There is no such route; see /openapi.json',
  405: 'The path does not have this method; the header Allow lists those that it has',
  413: 'The body is larger than allowed',
  414: 'The URL is too long',
  415: 'Send JSON, with Content-Type: application/json; webhooks are forms',
  431: 'The headers are larger than allowed',
};

const problem = (status: number, code: string, detail: string): Problem => ({
  type: `https://referral-messages.invalid/problems/${code}`,
  title: code.replace(/(?<=[a-z])(?=[A-Z])/g, ' '),
  status,
  code,
  detail,
});
