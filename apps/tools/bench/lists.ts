import { startChild } from './child.js';
import type { BareOptions } from './bare.js';
import { Connection, requestText, type Request } from './connection.js';
import { MeasuredServer } from './measured-server.js';
import { messagesRound, product, type Load, type MessagesOptions } from './messages.js';
import { alternate, cpuEach, medianOf, perSecond, rates, ratioOf, type Round } from './rounds.js';
import { count, type Row } from './row.js';

const ROWS = 50;
const CLIENTS = 20;

/** Every field of the REST list. */
const query = `{ inbox(first: ${ROWS}) { edges { node { id contactId referralId displayName phone consent optedOutOf folder
  assignee leadState answers preview channel lastActivityAt lastContactMessageAt isMuted mutedUntil revision } }
  pageInfo { hasNextPage endCursor } } }`;

const lists: readonly { readonly what: string; readonly aim: number; readonly request: Request }[] = [
  {
    what: `GraphQL, ${ROWS} rows of the inbox`,
    aim: 0.25,
    request: { method: 'POST', path: '/graphql', body: JSON.stringify({ query }) },
  },
  {
    what: `REST, ${ROWS} rows of the inbox`,
    aim: 0.4,
    request: { method: 'GET', path: `/v1/conversations?limit=${ROWS}` },
  },
];

/** Lists per second, against a bare server with the same bytes. */
export async function listsAgainstBare({ rounds, roundMs, conversations, reached }: MessagesOptions): Promise<Row[]> {
  const load: Load = startChild('load');
  const whole = await product({ conversations, reached }).start();
  try {
    await messagesRound(load, whole, { connections: CLIENTS, durationMs: roundMs });
    const rows: Row[] = [];
    for (const { what, aim, request } of lists) {
      const body = await bodyOf(request, whole.address);
      const bare = await new MeasuredServer<BareOptions>('bare', { status: 200, body }).start();
      const side = (server: typeof whole | typeof bare) => () =>
        server.measured(() =>
          load.ask({ ...server.address, requests: [request], connections: CLIENTS, durationMs: roundMs }),
        );
      const [ours = [], bares = []] = await alternate<Round>(rounds, [side(whole), side(bare)]);
      await bare.end();
      const micros = (of: readonly Round[]): string => count(medianOf(of, cpuEach));
      rows.push({
        id: '6',
        what: `${what} / bare server, same ${count(Buffer.byteLength(body))} bytes`,
        result: ratioOf(ours, bares, perSecond),
        aim: { atLeast: aim },
        figures: `${rates(ours)} / ${rates(bares)}; ${micros(ours)} / ${micros(bares)} us`,
      });
    }
    return rows;
  } finally {
    await Promise.all([load.stop(), whole.end()]);
  }
}

/** The response, which the bare server repeats. */
async function bodyOf(
  request: Request,
  { port, token }: { readonly port: number; readonly token: string },
): Promise<string> {
  const connection = new Connection(port);
  const { body } = await connection.send(requestText(request, token));
  connection.close();
  if (body.includes('"errors"')) throw new Error(body);
  return body;
}
