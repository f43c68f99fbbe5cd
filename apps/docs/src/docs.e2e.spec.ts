import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { rowProblems } from './rows.js';

it('G1: the event catalog, the GraphQL schema and the OpenAPI description are what the code says', async () => {
  await promisify(execFile)(process.execPath, ['dist/apps/docs/src/main.js', 'write', '--check']);
});

it('every requirement marked done is named by a test', () => expect(rowProblems()).toEqual([]));
