import type { FastifyError, FastifyInstance } from 'fastify';
import type { AccountChange } from './accounts.js';
import { InvalidControl } from './errors.js';
import { FAULTS, type FaultSettings } from './faults.js';
import type { InboundInput } from './inbound.js';
import { storageRoutes } from './media-routes.js';
import type { Outcome } from './outcomes.js';
import type { Provider } from './provider.js';

const text = { type: 'string' } as const;
const phone = { type: 'string', pattern: '^\\+[1-9]\\d{6,14}$' } as const;
const webAddress = { type: 'string', format: 'uri', pattern: '^https?://' } as const;
const chance = { type: 'number', minimum: 0, maximum: 1 } as const;
const flag = { type: 'boolean' } as const;

/** A body with exactly these properties: a misspelled one must not be ignored. */
const body = (properties: Record<string, object>, required: readonly string[] = []) => ({
  body: { type: 'object', additionalProperties: false, properties, required },
});

const inboundSchema = body({
  accountSid: text,
  from: phone,
  to: phone,
  body: text,
  deliver: flag,
  createdAt: { type: 'string', format: 'date-time' },
  mediaUrls: { type: 'array', maxItems: 10, items: webAddress },
  media: {
    type: 'array',
    maxItems: 10,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['contentType', 'base64'],
      properties: { contentType: text, base64: text },
    },
  },
  messageSid: { type: 'string', pattern: '^(SM|MM)[0-9a-fA-F]{32}$' },
});

const faultsSchema = body({
  next: { type: 'array', items: { enum: [...FAULTS, null] } },
  rates: {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(FAULTS.map((fault) => [fault, chance])),
  },
  seed: { type: 'integer', minimum: 0 },
  listLagMs: { type: 'integer', minimum: 0, maximum: 3_600_000 },
  callbacks: {
    type: 'object',
    additionalProperties: false,
    properties: {
      duplicate: { type: 'number', minimum: 0, maximum: 100 },
      shuffle: flag,
      early: flag,
      delayMs: { type: 'integer', minimum: 0, maximum: 3_600_000 },
      hold: flag,
      drop: flag,
    },
  },
});

const outcomeSchema = body(
  {
    to: phone,
    status: { enum: ['delivered', 'sent', 'undelivered', 'failed'] },
    errorCode: { type: 'integer' },
    times: { type: 'integer', minimum: 1 },
  },
  ['status'],
);

const accountSchema = body({
  authToken: { type: 'string', minLength: 1 },
  numbers: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['phoneNumber'],
      properties: { phoneNumber: phone, smsUrl: webAddress },
    },
  },
  messagingServices: {
    type: 'array',
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['sid', 'numbers'],
      properties: { sid: { type: 'string', pattern: '^MG[0-9a-fA-F]{32}$' }, numbers: { type: 'array', items: phone } },
    },
  },
});

/** Controls for tests and demonstrations, which the provider does not have. */
export function controlRoutes(provider: Provider) {
  return (app: FastifyInstance): void => {
    app.setErrorHandler<FastifyError>((error, _request, reply) => {
      const status = error instanceof InvalidControl ? 400 : (error.statusCode ?? 500);
      return reply.code(status).send({ error: status < 500 ? error.message : 'internal error' });
    });

    app.get('/emulator/health', () => ({ status: 'ok' }));
    app.get('/emulator/ledger', () => provider.ledger.snapshot());
    app.post<{ Body: InboundInput }>('/emulator/inbound', { schema: inboundSchema }, (request) =>
      provider.inbound.receive(request.body),
    );
    app.post<{ Body: FaultSettings }>('/emulator/faults', { schema: faultsSchema }, (request) => {
      provider.faults.set(request.body);
      return { ok: true };
    });
    app.post<{ Body: Outcome }>('/emulator/outcomes', { schema: outcomeSchema }, (request) => {
      provider.outcomes.set(request.body);
      return { ok: true };
    });
    app.post('/emulator/callbacks/release', async () => ({ released: await provider.lives.release() }));
    app.post('/emulator/reset', () => {
      provider.reset();
      return { ok: true };
    });
    app.put<{ Body: AccountChange; Params: { sid: string } }>(
      '/emulator/accounts/:sid',
      { schema: accountSchema },
      (request) => {
        const { accountSid, numbers, messagingServices } = provider.accounts.put(request.params.sid, request.body);
        return { accountSid, numbers, messagingServices };
      },
    );
    storageRoutes(app, provider);
  };
}
