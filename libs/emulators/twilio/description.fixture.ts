import { readFileSync } from 'node:fs';
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import twilio from 'twilio';

type Operation = { responses: Record<string, { content?: Record<string, { schema: AnySchemaObject }> }> };
type Description = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, AnySchemaObject> };
};

const description = JSON.parse(readFileSync('libs/emulators/twilio/messages.openapi.json', 'utf8')) as Description;

// Ajv supports OpenAPI's `nullable`; the other additions of OpenAPI and the provider are not schema keywords.
const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addFormat('phone-number', /^\+[1-9]\d{6,14}$/);
ajv.addFormat('currency', /^[A-Z]{3}$/);
ajv.addFormat(
  'date-time-rfc-2822',
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d \+0000$/,
);
ajv.addFormat('uri-map', true);
// The description gives the page addresses the format `uri`, but its own examples are relative.
ajv.addFormat('uri', /^\/2010-04-01\/[^\s]+$/);
ajv.addSchema({ $id: 'description', components: closed(description.components) });

/** The description lists what a response may contain; the emulator must return all of it and nothing else. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== 'object') return value;
  const schema = Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'example' ? item : closed(item)]),
  );
  if (typeof schema['$ref'] === 'string') return { $ref: schema['$ref'].replace(/^#/, 'description#') };
  const { properties } = schema;
  if (properties === null || typeof properties !== 'object') return schema;
  return { ...schema, required: Object.keys(properties), additionalProperties: false };
}

const validators = new Map<string, ValidateFunction>();

function validatorOf(path: string, method: string, status: number): ValidateFunction | null {
  const content = description.paths[path]?.[method]?.responses[String(status)]?.content;
  const schema = content?.['application/json']?.schema;
  if (!schema) return null;
  const key = `${method} ${path} ${String(status)}`;
  const known = validators.get(key) ?? ajv.compile(closed(schema) as AnySchemaObject);
  validators.set(key, known);
  return known;
}

const errorSchema = ajv.compile({
  type: 'object',
  additionalProperties: false,
  required: ['code', 'message', 'more_info', 'status'],
  properties: {
    code: { type: 'integer' },
    message: { type: 'string', minLength: 1 },
    more_info: { type: 'string', pattern: '^https://' },
    status: { type: 'integer' },
  },
});

/** How many responses were checked against the description. */
export const checked = { answers: 0, refusals: 0 };

/** Throws unless the description allows the response to this request. */
export function checkAnswer(method: string, url: string, status: number, body: unknown): void {
  const { pathname } = new URL(url);
  const path = Object.keys(description.paths).find((known) =>
    new RegExp(`^${known.replace(/\{\w+\}/g, '[^/.]+')}$`).test(pathname),
  );
  if (path === undefined) throw new Error(`not in the description: ${pathname}`);
  if (status >= 400) {
    checked.refusals += 1;
    // The description lacks error responses; their format is the one that the SDK reads.
    if (!errorSchema(body)) throw new Error(`${String(status)} ${ajv.errorsText(errorSchema.errors)}`);
    return;
  }
  checked.answers += 1;
  if (status === 204) {
    if (!description.paths[path]?.[method]?.responses['204']) throw new Error(`no 204 for ${method} ${path}`);
    return;
  }
  const validate = validatorOf(path, method, status);
  if (!validate) throw new Error(`no ${String(status)} for ${method} ${path}`);
  if (!validate(body)) throw new Error(`${method} ${path}: ${ajv.errorsText(validate.errors)}`);
}

type Sent = Parameters<twilio.RequestClient['request']>[0];

/** The SDK's own HTTP client; every response that passes through it is checked. */
export class DescribedClient extends twilio.RequestClient {
  override async request<TData>(options: Sent & { data?: TData }) {
    const answer = await super.request(options);
    const body: unknown = typeof answer.body === 'string' && answer.body !== '' ? JSON.parse(answer.body) : answer.body;
    checkAnswer(options.method, options.uri, answer.statusCode, body);
    return answer;
  }
}
