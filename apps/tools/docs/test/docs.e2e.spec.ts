import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { undoneRows } from '../rows.js';

it('G1: the event catalog, the requirements, the GraphQL schema and the OpenAPI description match the code', async () => {
  await promisify(execFile)(process.execPath, ['dist/apps/tools/docs/main.js', 'write', '--check']);
});

it('every requirement marked done is named by a test', () => expect(undoneRows()).toEqual([]));
