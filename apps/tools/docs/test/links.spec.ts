import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Provided by the operator. */
const GIVEN = 'infra/certificates';

const documents = globSync(['*.md', 'docs/**/*.md', 'infra/*.md', 'libs/**/*.md']);

/** The targets of a document's links, without URLs and anchors of the same page. */
const linksOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^\w+:/.test(target))
    .map((target) => normalize(join(dirname(file), target)));

/** Paths in backticks. Those with a placeholder, such as `apps/<app>/src/main.ts`, are not files. */
const pathsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/`((?:apps|libs|docs|infra)\/[^`\s]*)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => path !== GIVEN && !/[<>]/.test(path));

it('finds links and paths', () => {
  expect(linksOf('README.md')).toContain('docs/architecture.md');
  expect(pathsOf('docs/architecture.md')).toContain('apps/api');
});

it.each(documents)('%s: the target of every relative link exists', (file) =>
  expect(linksOf(file).filter((target) => !existsSync(target))).toEqual([]),
);

it.each(documents)('%s: every path in backticks exists', (file) =>
  expect(pathsOf(file).filter((path) => globSync(path).length === 0)).toEqual([]),
);

it('docs/README.md names every document', () => {
  const named = new Set([...linksOf('docs/README.md'), 'docs/README.md']);
  expect([...documents, ...globSync('docs/*.*')].filter((file) => !named.has(file))).toEqual([]);
});
