import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { readCompose } from './compose.js';

const OUR_IMAGE = 'referral-messages';

/** The files that `.dockerignore` does not exclude from the image's build. */
export function copiedFiles(): string[] {
  const inFolders = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  );
  const inRoot = readdirSync('.', { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  return dockerignore
    .default()
    .add(readFileSync('.dockerignore', 'utf8'))
    .filter([...inRoot, ...inFolders]);
}

/** The source files of the image's entry points: each app, and each command of `docker-compose.yml`. */
export const entryPoints = (): string[] => [
  ...readdirSync('apps')
    .filter((app) => app !== 'tools')
    .map((app) => `apps/${app}/src/main.ts`),
  ...Object.values(readCompose('docker-compose.yml').services)
    .filter(({ image }) => image === OUR_IMAGE)
    .map(({ command = [] }) => (command[1] ?? '').replace(/^dist\/(.*)\.js$/, '$1.ts')),
];
