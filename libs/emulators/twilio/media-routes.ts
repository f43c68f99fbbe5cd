import type { FastifyInstance, FastifyRequest } from 'fastify';
import { notFound } from './errors.js';
import { messagesPath, toMediaResource, type Media, type Message } from './message.js';
import type { Provider } from './provider.js';

type OnMessage = { Params: { accountSid: string; sid: string } };
type OnMedia = { Params: { accountSid: string; sid: string; file: string } };
type FindMessage = (request: FastifyRequest, accountSid: string, sid: string) => Message;

/** A message's media: described as JSON, and the bytes by a redirect to where they are served without credentials. */
export function mediaRoutes(app: FastifyInstance, provider: Provider, find: FindMessage): void {
  app.get<OnMessage>('/Messages/:sid/Media.json', (request) => {
    const { accountSid, sid } = request.params;
    const message = find(request, accountSid, sid);
    const uri = `${messagesPath(accountSid)}/${sid}/Media.json?PageSize=50&Page=0`;
    return {
      end: Math.max(message.media.length - 1, 0),
      first_page_uri: uri,
      next_page_uri: null,
      page: 0,
      page_size: 50,
      previous_page_uri: null,
      media_list: message.media.map((media) => toMediaResource(message, media)),
      start: 0,
      uri,
    };
  });

  app.get<OnMedia>('/Messages/:sid/Media/:file', (request, reply) => {
    const { accountSid, sid, file } = request.params;
    const message = find(request, accountSid, sid);
    const media = message.media.find((item) => item.sid === file.replace(/\.json$/, ''));
    if (!media) throw notFound(request.url);
    if (file.endsWith('.json')) return toMediaResource(message, media);
    return reply.redirect(media.content ? `${provider.url}${STORAGE}/${message.sid}/${media.sid}` : media.url, 307);
  });
}

const STORAGE = '/emulator/storage';

/** The storage that the redirects lead to. Like the real one it refuses a request that contains credentials. */
export function storageRoutes(app: FastifyInstance, provider: Provider): void {
  app.get<{ Params: { sid: string; mediaSid: string } }>(`${STORAGE}/:sid/:mediaSid`, (request, reply) => {
    const media = findMedia(provider, request.params.sid, request.params.mediaSid);
    if (!media?.content) return reply.code(404).send({ error: 'no such media' });
    if (request.headers.authorization !== undefined)
      return reply.code(400).send({ error: 'credentials were sent along a redirect' });
    return reply.type(media.contentType).send(media.content);
  });
}

const findMedia = (provider: Provider, sid: string, mediaSid: string): Media | undefined =>
  provider.store.find(sid)?.media.find((media) => media.sid === mediaSid);
