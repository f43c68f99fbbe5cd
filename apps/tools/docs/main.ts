import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { inboundTopics } from '@app/application';
import { loadConfiguration } from '@app/platform';
import { startStandalone } from '../../standalone/src/standalone.js';
import { eventCatalog } from './event-catalog.js';
import { roleTable } from './roles.js';
import { requirements, undoneRows } from './rows.js';

const program = new Command('docs').description('Writes the documents that are generated from the code.');
program
  .command('write', { isDefault: true })
  .description(
    'write docs/event-catalog.md, docs/requirements.md, docs/roles.md, docs/schema.graphql, docs/openapi.json and docs/topics',
  )
  .option('--check', 'write nothing; fail if a file is not up to date')
  .action(async ({ check }: { check?: boolean }) => {
    const stale: string[] = [];
    for (const [file, text] of Object.entries(await generated())) {
      if (check && read(file) !== text) stale.push(file);
      if (!check) writeFileSync(file, text);
    }
    if (stale.length > 0) program.error(`Not up to date: ${stale.join(', ')}. Run: npm run docs`);
  });
program
  .command('rows')
  .description('fail when a row marked done is named by no test')
  .action(() => {
    const rows = undoneRows();
    if (rows.length > 0) program.error(`Marked done and named by no test: ${rows.join(', ')}`);
    console.log('Every row marked done is named by a test.');
  });
await program.parseAsync();

async function generated(): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'referral-messages-docs-'));
  const standalone = await startStandalone(loadConfiguration({ DATA_DIR: folder, PORT: '0' }));
  const schemas = Object.entries(inboundTopics).map(([topic, schema]) => {
    const described = { $schema: 'http://json-schema.org/draft-07/schema#', title: topic, ...schema };
    return [`docs/topics/${topic}.json`, `${JSON.stringify(described, null, 2)}\n`];
  });
  try {
    return {
      ...Object.fromEntries(schemas),
      'docs/event-catalog.md': eventCatalog(),
      'docs/requirements.md': requirements(),
      'docs/roles.md': roleTable(),
      'docs/schema.graphql': `${standalone.graphqlSchema()}\n`,
      'docs/openapi.json': `${JSON.stringify(await (await fetch(`${standalone.url}/openapi.json`)).json(), null, 2)}\n`,
    };
  } finally {
    await standalone.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
