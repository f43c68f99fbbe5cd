import { globSync, readFileSync } from 'node:fs';

const ROW = /\b([A-Z]\d{1,2})\b/g;

export type RowProblem = { readonly row: string; readonly problem: string };

/** Rows that docs/requirements.md calls done although no test's title names them. */
export function rowProblems(): RowProblem[] {
  const named = rowsNamedByTests();
  return doneRows()
    .filter((row) => !named.has(row))
    .map((row) => ({ row, problem: 'is marked done and named by no test' }));
}

/** First column: the row; second: its state. */
export function doneRows(): string[] {
  const lines = readFileSync('docs/requirements.md', 'utf8').split('\n');
  return lines.map((line) => /^\| ([A-Z]\d{1,2}) \| done \|/.exec(line)?.[1]).filter((row) => row !== undefined);
}

export function rowsNamedByTests(): Set<string> {
  const titles = globSync('{apps,libs}/**/*.{spec,contract}.ts').flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/(?:describe|it|test)(?:\.each\([\s\S]*?\))?\(\s*(['"`])(.*?)\1/g)].map((match) => match[2] ?? ''));
  return new Set(titles.flatMap((title) => [...title.matchAll(ROW)].map((match) => match[1] ?? '')));
}
