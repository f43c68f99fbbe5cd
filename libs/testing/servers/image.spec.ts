import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import { copiedFiles, entryPoints } from './image.js';

const NOT_PRODUCT =
  /\.(spec|fixture|contract|samples)\.ts$|\/(golden|test)\/|^apps\/tools\/|^libs\/(testing|emulators\/eventstoredb)\//;

/** The files that the image's build compiles: those that its configuration includes, and all that these import. */
function compiledFiles(): string[] {
  const { config } = ts.readConfigFile('tsconfig.product.json', (file) => ts.sys.readFile(file)) as { config: unknown };
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
  const host = ts.createCompilerHost(options);
  // Packages are left out: reading them takes seconds.
  const ownFiles: ts.CompilerHost = {
    ...host,
    getSourceFile: (file, ...rest) => (file.includes('node_modules') ? undefined : host.getSourceFile(file, ...rest)),
  };
  return ts
    .createProgram(fileNames, options, ownFiles)
    .getSourceFiles()
    .map(({ fileName }) => relative('.', fileName));
}

const copied = copiedFiles();
const compiled = compiledFiles();

describe.each([
  ['copied into the image’s build', copied],
  ['compiled by it', compiled],
])('the part that is %s', (_what, files) => {
  it('has no spec, no double and no tool', () => expect(files.filter((file) => NOT_PRODUCT.test(file))).toEqual([]));

  it('has every app, and the provider’s emulator', () => {
    expect(entryPoints()).toContain('libs/emulators/twilio/main.ts');
    expect(files).toEqual(expect.arrayContaining(entryPoints()));
  });
});

it('compiles only copied files', () => expect(compiled.filter((file) => !copied.includes(file))).toEqual([]));

it('runs the Node that npm ci installs', () => {
  const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    optionalDependencies: Readonly<Record<string, string>>;
  };
  const inImage = [...readFileSync('infra/Dockerfile', 'utf8').matchAll(/\/node:([\d.]+)-/g)].map(
    ([, version]) => version,
  );
  expect(new Set(inImage)).toEqual(new Set(Object.values(optionalDependencies)));
});
