import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '@app/platform';
import { sample } from '@app/sample-program';
import { startStandalone, type Standalone } from '../../standalone/src/standalone.js';

const requests = {
  commands: ['POST', `/v1/conversations/${sample.conversationId}/read`],
  queries: ['GET', '/v1/conversations'],
  encoded: ['GET', '/%761/conversations'],
  portal: ['GET', '/v1/portal/conversations'],
  webhooks: ['POST', `/webhooks/twilio/${sample.programId}/messages`],
  graphql: ['GET', '/graphql?query={__typename}'],
  graphqlPortal: ['GET', '/graphql?query={portalConversations{edges{node{id}}}}'],
  health: ['GET', '/health/ready'],
} as const;
type Name = keyof typeof requests;

async function servedBy(surfaces: string): Promise<Name[]> {
  const folder = await mkdtemp(join(tmpdir(), 'surfaces-'));
  const standalone = await startStandalone(loadConfiguration({ DATA_DIR: folder, PORT: '0', API_SURFACES: surfaces }));
  try {
    const names = Object.keys(requests) as Name[];
    const isServed = await Promise.all(names.map((name) => answers(standalone, name)));
    return names.filter((_, index) => isServed[index]);
  } finally {
    await standalone.close();
    await rm(folder, { recursive: true });
  }
}

async function answers({ url, tokens }: Standalone, name: Name): Promise<boolean> {
  const [method, path] = requests[name];
  const token = await tokens.sign(name.toLowerCase().includes('portal') ? sample.contact : sample.agent);
  const answer = await fetch(url + path, { method, headers: { authorization: `Bearer ${token}` } });
  return !(await answer.text()).includes('RouteNotFound');
}

it.each<[string, Name[]]>([
  ['queries', ['queries', 'encoded', 'health']],
  ['webhooks,portal', ['portal', 'webhooks', 'health']],
  ['commands,queries', ['commands', 'queries', 'encoded', 'graphql', 'health']],
  ['commands,queries,portal', ['commands', 'queries', 'encoded', 'portal', 'graphql', 'graphqlPortal', 'health']],
])('G6: with API_SURFACES=%s it serves %j', async (surfaces, served) => {
  expect(await servedBy(surfaces)).toEqual(served);
});
