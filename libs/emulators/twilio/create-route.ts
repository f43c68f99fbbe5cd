import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Account } from './accounts.js';
import { field, readCreate, type Form } from './create-request.js';
import { RefusedRequest } from './errors.js';
import type { CreateEntry } from './ledger.js';
import { toResource, type Message } from './message.js';
import { acceptCreate } from './outbound.js';
import type { Provider } from './provider.js';

type Answer = { readonly status: number; readonly body: object };

/** Accepts a create, applies its fault, and notes both before the response. */
export async function handleCreate(
  provider: Provider,
  { accountSid, account }: { readonly accountSid: string; readonly account: Account | undefined },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = (request.body ?? {}) as Form;
  const fault = account ? provider.faults.take() : null;
  const entry = provider.ledger.received({
    accountSid,
    to: field(form, 'To'),
    from: field(form, 'From') || field(form, 'MessagingServiceSid'),
    body: field(form, 'Body'),
    statusCallback: field(form, 'StatusCallback') || null,
    fault,
  });
  const send = (answer: Answer): FastifyReply => {
    entry.answered = answer.status;
    return reply.code(answer.status).send(answer.body);
  };
  if (!account) return send(refusal(new RefusedRequest(401, 20003, 'Authenticate')));

  switch (fault) {
    case 'timeout-before':
      return reply.hijack();
    case 'reset-before':
      return reset(reply);
    case '429':
      return send(refusal(new RefusedRequest(429, 20429, 'Too Many Requests')));
    case '500-before':
      return send(INTERNAL_ERROR);
    default:
  }

  const { answer, message } = tryAccept(provider, account, form, entry);
  if (message) await startLife(provider, { account, message }, reply, fault === 'timeout-after');

  switch (fault) {
    case 'timeout-after':
      return reply.hijack();
    case 'reset-after':
      return reset(reply);
    case '500-after':
      return send(INTERNAL_ERROR);
    case 'slow':
      await sleep(provider.slowMs, undefined, { signal: provider.stopping }).catch(() => undefined);
      return send(answer);
    default:
      return send(answer);
  }
}

const INTERNAL_ERROR = refusal(new RefusedRequest(500, 20500, 'Internal Server Error'));

function tryAccept(
  provider: Provider,
  account: Account,
  form: Form,
  entry: CreateEntry,
): { answer: Answer; message: Message | null } {
  try {
    const message = provider.store.add(acceptCreate(account, readCreate(account, form), provider.optOuts));
    provider.ledger.accepted(entry, message.sid);
    return { answer: { status: 201, body: toResource(message) }, message };
  } catch (error) {
    if (error instanceof RefusedRequest) return { answer: refusal(error), message: null };
    throw error;
  }
}

/** A message's life starts when the caller has the response, so only the `early` fault lets a callback overtake it. */
async function startLife(
  provider: Provider,
  { account, message }: { readonly account: Account; readonly message: Message },
  reply: FastifyReply,
  unanswered: boolean,
): Promise<void> {
  if (provider.faults.callbacks.early === true && message.sendAt === null)
    return provider.lives.start(message, account);
  const start = (): void => void provider.lives.start(message, account);
  if (unanswered || reply.raw.destroyed) start();
  else reply.raw.once('close', start);
}

function reset(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
  return reply;
}

function refusal(error: RefusedRequest): Answer {
  return { status: error.httpStatus, body: error.toBody() };
}
