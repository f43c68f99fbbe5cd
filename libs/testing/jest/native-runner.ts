import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

type Runtime = {
  requireInternalModule(path: string): unknown;
  unstable_shouldLoadAsEsm(path: string): boolean;
  unstable_importModule(path: string): Promise<unknown>;
  readonly jestGlobals: { jestObjectFor(path: string): typeof jest };
};

const require = createRequire(import.meta.url);
const { default: circus } = require('jest-circus/runner') as { default: (...args: unknown[]) => Promise<unknown> };
const { getBuiltinModule } = process;

/**
 * Jest's own runner, but Node loads the specs, so a worker loads each module once. Jest's loader compiles and links all
 * imports again for each spec, which took most of the time of the tests.
 */
// Jest passes these one by one.
// eslint-disable-next-line no-restricted-syntax
export default function run(
  globalConfig: unknown,
  config: unknown,
  environment: unknown,
  runtime: Runtime,
  path: string,
  send: unknown,
): Promise<unknown> {
  // The runtime has replaced it by one that uses Jest's loader.
  Object.assign(process, { getBuiltinModule });
  Object.assign(globalThis, { jest: runtime.jestGlobals.jestObjectFor(path) });
  Object.assign(runtime, {
    requireInternalModule: (file: string): unknown => {
      // This module collects the tests of a spec, so each spec loads it again.
      Reflect.deleteProperty(require.cache, file);
      Reflect.deleteProperty(globalThis, Symbol.for('EVENT_HANDLERS'));
      return require(file);
    },
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (file: string) => import(pathToFileURL(file).href),
  } satisfies Partial<Runtime>);
  return circus(globalConfig, config, environment, runtime, path, send);
}
