import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Account } from './accounts.js';
import { handleCreate } from './create-route.js';
import { field, type Form } from './create-request.js';
import { notFound, RefusedRequest } from './errors.js';
import { mediaRoutes } from './media-routes.js';
import { listMessages } from './message-query.js';
import { messagesPath, toResource, type Message } from './message.js';
import type { Provider } from './provider.js';

type InAccount = { Params: { accountSid: string } };
type OnMessage = { Params: { accountSid: string; sid: string } };

/** The provider's API for messages, according to its description. */
export function providerRoutes(provider: Provider) {
  const authenticate = (request: FastifyRequest, accountSid: string): Account => {
    const account = provider.accounts.authenticate(accountSid, request.headers.authorization);
    if (!account) throw new RefusedRequest(401, 20003, 'Authenticate');
    return account;
  };
  const find = (request: FastifyRequest, accountSid: string, sid: string): Message => {
    const account = authenticate(request, accountSid);
    const message = provider.store.find(sid);
    if (message?.accountSid !== account.accountSid) throw notFound(`${messagesPath(accountSid)}/${sid}.json`);
    return message;
  };

  return (app: FastifyInstance): void => {
    app.setErrorHandler((error, _request, reply) => {
      const refused = error instanceof RefusedRequest ? error : unreadable(error);
      return reply.code(refused.httpStatus).send(refused.toBody());
    });
    // The provider accepts only forms; a JSON body would work here and fail there.
    app.removeContentTypeParser('application/json');
    app.setNotFoundHandler((request) => {
      throw notFound(request.url);
    });

    app.post<InAccount>('/Messages.json', (request, reply) => {
      const { accountSid } = request.params;
      const account = provider.accounts.authenticate(accountSid, request.headers.authorization);
      return handleCreate(provider, { accountSid, account }, request, reply);
    });
    app.get<InAccount>('/Messages.json', (request) => {
      const account = authenticate(request, request.params.accountSid);
      return listMessages(
        provider.store,
        (message) => provider.faults.isListed(message),
        account.accountSid,
        request.query as Form,
      );
    });
    app.get<OnMessage>('/Messages/:sid.json', (request) =>
      toResource(find(request, request.params.accountSid, request.params.sid)),
    );
    app.post<OnMessage>('/Messages/:sid.json', (request) => {
      const message = find(request, request.params.accountSid, request.params.sid);
      update(message, (request.body ?? {}) as Form);
      return toResource(message);
    });
    app.delete<OnMessage>('/Messages/:sid.json', (request, reply) => {
      const message = find(request, request.params.accountSid, request.params.sid);
      if (!message.settled) throw unfinished('delete');
      provider.store.delete(message);
      return reply.code(204).send();
    });
    mediaRoutes(app, provider, find);
  };
}

/** An empty body redacts a finished message; the status `canceled` stops one that is not sent yet. */
function update(message: Message, form: Form): void {
  const status = field(form, 'Status');
  if (status !== '' && status !== 'canceled') throw new RefusedRequest(400, 20001, `Invalid Status: ${status}`);
  if (field(form, 'Body') !== '') throw new RefusedRequest(400, 20001, 'Body can only be updated to be empty');
  if (status === 'canceled') {
    if (!['accepted', 'queued', 'scheduled'].includes(message.status))
      throw new RefusedRequest(409, 30409, 'This message cannot be canceled');
    Object.assign(message, { status: 'canceled', settled: true });
  }
  if (form['Body'] !== undefined) {
    if (!message.settled) throw unfinished('update');
    message.body = '';
  }
  message.updatedAt = new Date();
}

const unfinished = (verb: string): RefusedRequest =>
  new RefusedRequest(409, 20009, `Cannot ${verb} this message because its delivery has not been completed`);

/** Errors that fastify found before a route: an unreadable body, or one that is too large. */
function unreadable(error: unknown): RefusedRequest {
  const status = error !== null && typeof error === 'object' && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status < 500
    ? new RefusedRequest(status, 20001, 'The request cannot be read')
    : new RefusedRequest(500, 20500, 'Internal Server Error');
}
