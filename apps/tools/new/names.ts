import { keysOf } from './edits.js';
import { Refusal, type SourceTree } from './source-tree.js';

/** `note-texts` becomes `NoteTexts`. */
export const pascalCase = (name: string): string =>
  name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());

/** `note-texts` becomes `noteTexts`. */
export const camelCase = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

export function checkKebabCase(name: string): void {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Refusal(`"${name}" is not in kebab-case, as in note-texts`);
}

export function checkPascalCase(name: string): void {
  if (!/^[A-Z][a-zA-Z0-9]*$/.test(name)) throw new Refusal(`"${name}" is not in PascalCase, as in MessageSent`);
}

/** The aggregate of each event type. */
export const eventTypesIn = (tree: SourceTree): ReadonlyMap<string, string> =>
  new Map(
    aggregatesIn(tree).flatMap((aggregate) =>
      keysOf(tree.read(`libs/domain/${aggregate}/${aggregate}.events.ts`), `${aggregate}EventTypes`).map(
        (type) => [type, aggregate] as const,
      ),
    ),
  );

export const aggregatesIn = (tree: SourceTree): readonly string[] =>
  tree.list('libs/domain').filter((folder) => tree.has(`libs/domain/${folder}/${folder}.decider.ts`));

export function aggregateOf(tree: SourceTree, type: string): string {
  const aggregate = eventTypesIn(tree).get(type);
  if (aggregate === undefined) throw new Refusal(`There is no event type ${type}; docs/event-catalog.md lists them`);
  return aggregate;
}

export function checkNewEventType(tree: SourceTree, type: string): void {
  const aggregate = eventTypesIn(tree).get(type);
  if (aggregate !== undefined)
    throw new Refusal(`The event type ${type} exists already, in the aggregate ${aggregate}`);
}
