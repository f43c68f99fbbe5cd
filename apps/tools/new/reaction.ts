import { addItem, addStatement } from './edits.js';
import { aggregateOf, camelCase, checkKebabCase } from './names.js';
import type { SourceTree } from './source-tree.js';

const FOLDER = 'libs/application/reactions';

/** A reaction to an event; it causes no command yet. */
export function newReaction(tree: SourceTree, name: string, type: string): void {
  checkKebabCase(name);
  const aggregate = aggregateOf(tree, type);
  const path = `./${name}.reaction.js`;

  tree.create(`${FOLDER}/${name}.reaction.ts`, reaction(name, type));
  tree.change(
    `${FOLDER}/index.ts`,
    addStatement(`import { ${camelCase(name)} }`, path),
    addItem('reactions', camelCase(name)),
  );
  tree.change(
    `${FOLDER}/reactions.spec.ts`,
    addStatement(`import { ${camelCase(name)} }`, path),
    (text) => text + example(name, type, aggregate),
  );
}

const reaction = (name: string, type: string): string => `import { defineReaction } from './define-reaction.js';

/** TODO: which command the event causes, and why. */
export const ${camelCase(name)} = defineReaction({
  on: ['${type}'],
  keys: () => [],

  async react() {
    // TODO: execute the command in the context causedBy(event, automation, …), as in note-texts.reaction.ts.
  },
});
`;

const example = (name: string, type: string, aggregate: string): string => `
describe('reaction ${name}', () => {
  it('causes no command yet', async () => {
    expect(brief(await commandsOf(${camelCase(name)}, record('${aggregate}-1', sampleOf('${type}'))))).toEqual([]);
    expect(${camelCase(name)}.on).toEqual(['${type}']);
  });
});
`;
