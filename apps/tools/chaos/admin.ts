import { spawnSync } from 'node:child_process';
import { programAt } from './product.js';

/** Runs a command of `admin` on these engines. @returns its output; @throws when it fails */
export function admin(command: string, environment: Readonly<Record<string, string>>): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programAt('apps/admin/src/main.js'), command], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...environment },
  });
  if (status !== 0) throw new Error(`admin ${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
