import { globSync, readFileSync } from 'node:fs';
import { requirementRows } from './requirement-rows.js';

const TITLE = /(?:describe|it|test)(?:\.each\([\s\S]*?\))?\(\s*(['"`])(.*?)\1/g;
const ROW = /\b([A-Z]\d{1,2})\b/g;

/** The requirements with their state, and the tests and steps of the demo that show them. */
export function requirements(): string {
  const files = filesNamingRows();
  const lines = requirementRows.map(([id, must, state, missing, demoSteps]) => {
    const tests = [...(files.get(id) ?? [])].sort().map((file) => `\`${file}\``);
    const shown = [...tests, ...(demoSteps === '' ? [] : [`demo ${demoSteps.replaceAll(' ', ', ')}`])].join('<br>');
    return `| ${id} | ${state} | ${[must, missing && `**${missing}**`].filter(Boolean).join(' ')} | ${shown} |`;
  });
  const count = (wanted: string): number => requirementRows.filter(([, , state]) => state === wanted).length;
  return `# Requirements\n\n${count('done')} done, ${count('partly')} partly, ${count('open')} open. Made by \`npm run docs\` from \`apps/tools/docs/requirement-rows.ts\` and the titles of the tests; \`npm run rows\` fails when a row marked done is named by no test.\n\n| row | state | the product must | shown by |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

/** Requirements marked done that no test title names. */
export function undoneRows(): string[] {
  const files = filesNamingRows();
  return requirementRows.filter(([id, , state]) => state === 'done' && !files.has(id)).map(([id]) => id);
}

function filesNamingRows(): Map<string, Set<string>> {
  const naming = new Map<string, Set<string>>();
  for (const file of globSync('{apps,libs}/**/*.{spec,contract}.ts')) {
    for (const [, , title = ''] of readFileSync(file, 'utf8').matchAll(TITLE))
      for (const [, row = ''] of title.matchAll(ROW)) naming.set(row, (naming.get(row) ?? new Set()).add(file));
  }
  return naming;
}
