import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UnusableData } from '@app/eventing';
import { MethodNotAllowed, problemOf } from './problem.js';
import { rateLimitHeaders, TooManyRequests } from './rate-limit.js';

/** Turns every error into a response. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType<string>() === 'graphql') throw error; // the GraphQL error formatter responds
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    answerProblem(this.logger, error, request.id, reply);
  }
}

export function answerProblem(logger: Logger, error: unknown, correlationId: string, reply: FastifyReply): void {
  const problem = { ...problemOf(error), correlationId };
  if (problem.status >= 500) logFailure(logger, error, correlationId);
  void reply
    .status(problem.status)
    .headers({ ...headersOf(error), 'content-type': 'application/problem+json' })
    .send(JSON.stringify(problem));
}

/** Response headers of an error besides its problem document. */
export function headersOf(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof TooManyRequests)
    return { 'retry-after': String(error.usage.resetsInSeconds), ...rateLimitHeaders([error.usage]) };
  return error instanceof MethodNotAllowed ? { allow: error.methods.join(', ') } : {};
}

/** The error's kind and place; its message only if it is for operators: any other may quote what a person wrote. */
export function logFailure(logger: Logger, error: unknown, correlationId: string): void {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error('not an error');
  const frames = stack
    .replace(message, () => '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 8);
  logger.error({
    event: 'request failed',
    error: name,
    ...(error instanceof UnusableData && { message }),
    correlationId,
    at: frames.map((frame) => frame.trim()),
  });
}
