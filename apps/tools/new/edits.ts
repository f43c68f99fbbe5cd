import ts from 'typescript';
import { Refusal } from './source-tree.js';

type Edit = (text: string) => string;

const parse = (text: string): ts.SourceFile => ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);

const find = <Found extends ts.Node>(within: ts.Node, is: (node: ts.Node) => node is Found): Found | undefined =>
  is(within) ? within : ts.forEachChild(within, (child) => find(child, is));

const insert = (text: string, at: number, added: string): string => text.slice(0, at) + added + text.slice(at);

function orRefuse<Found>(found: Found | undefined, what: string): Found {
  if (found === undefined) throw new Refusal(`found no ${what} to add to`);
  return found;
}

const typeAlias = (text: string, name: string): ts.TypeAliasDeclaration | undefined =>
  find(
    parse(text),
    (node): node is ts.TypeAliasDeclaration => ts.isTypeAliasDeclaration(node) && node.name.text === name,
  );

const isLiteral = (node: ts.Node): node is ts.ArrayLiteralExpression | ts.ObjectLiteralExpression =>
  ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node);

const itemsOf = (literal: ts.ArrayLiteralExpression | ts.ObjectLiteralExpression): ts.NodeArray<ts.Node> =>
  ts.isArrayLiteralExpression(literal) ? literal.elements : literal.properties;

function constant(text: string, name: string): ts.NodeArray<ts.Node> {
  const declared = find(
    parse(text),
    (node): node is ts.VariableDeclaration => ts.isVariableDeclaration(node) && node.name.getText() === name,
  );
  return itemsOf(orRefuse(declared?.initializer && find(declared.initializer, isLiteral), `list ${name}`));
}

const nameOf = (property: ts.Node): string =>
  ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property) ? property.name.getText() : '';

const decisionTable = (text: string): ts.CallExpression | undefined =>
  find(
    parse(text),
    (node): node is ts.CallExpression => ts.isCallExpression(node) && node.expression.getText() === 'decideByType',
  );

/** The names of the entries of a constant object. */
export const keysOf = (text: string, name: string): readonly string[] => constant(text, name).map(nameOf);

export const declaresType = (text: string, name: string): boolean => typeAlias(text, name) !== undefined;

/** Whether commands are decided by a table, and whether the table is the whole decision. */
export function decisionForm(text: string): 'none' | 'part' | 'whole' {
  const table = decisionTable(text);
  if (!table) return 'none';
  return ts.isPropertyAssignment(table.parent) && table.parent.name.getText() === 'decide' ? 'whole' : 'part';
}

export const addTypeBefore =
  (name: string, added: string): Edit =>
  (text) =>
    insert(text, orRefuse(typeAlias(text, name), `type ${name}`).getStart(undefined, true), `${added}\n\n`);

export const addToUnion =
  (name: string, member: string): Edit =>
  (text) =>
    insert(text, orRefuse(typeAlias(text, name), `type ${name}`).type.end, ` | ${member}`);

/** Adds an item to a constant array or object, after the last of these keys or at the end. */
export const addItem =
  (name: string, item: string, after: readonly string[] = []): Edit =>
  (text) => {
    const items = constant(text, name);
    const last = items.findLast((each) => after.includes(nameOf(each))) ?? items.at(-1);
    return insert(text, orRefuse(last, `item in ${name}`).end, `, ${item}`);
  };

/** Adds an import or export of a file, in the order of the paths. */
export const addStatement =
  (statement: string, path: string): Edit =>
  (text) => {
    const statements = parse(text).statements.filter(
      (each) => ts.isImportDeclaration(each) || ts.isExportDeclaration(each),
    );
    const pathOf = ({ moduleSpecifier }: (typeof statements)[number]): string =>
      moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
    const next = statements.find((each) => pathOf(each).startsWith('./') && pathOf(each) > path);
    if (next) return insert(text, next.getStart(), `${statement} from '${path}';\n`);
    return insert(text, orRefuse(statements.at(-1), 'import or export').end, `\n${statement} from '${path}';`);
  };

/** Adds a name to the import of a file. */
export const addImported =
  (path: string, name: string): Edit =>
  (text) => {
    const imported = find(
      parse(text),
      (node): node is ts.ImportDeclaration =>
        ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text === path,
    );
    const names = imported && find(imported, ts.isNamedImports);
    return insert(text, orRefuse(names?.elements.at(-1), `import of ${path}`).end, `, ${name}`);
  };

export const addDecision =
  (decision: string): Edit =>
  (text) => {
    const table = decisionTable(text)?.arguments[0];
    const last = table && ts.isObjectLiteralExpression(table) ? table.properties.at(-1) : undefined;
    return insert(text, orRefuse(last, 'table of decisions').end, `, ${decision}`);
  };

/** Adds a case that changes nothing to the switch over the event's type; `null` when `evolve` has no such switch. */
export function withCase(text: string, type: string): string | null {
  const evolve = find(
    parse(text),
    (node): node is ts.MethodDeclaration => ts.isMethodDeclaration(node) && node.name.getText() === 'evolve',
  );
  const state = evolve?.parameters[0]?.name;
  const cases = evolve && find(evolve, ts.isSwitchStatement);
  if (!state || !ts.isIdentifier(state) || cases?.expression.getText() !== 'event.type') return null;
  return insert(text, cases.caseBlock.end - 1, `case '${type}': return ${state.text};\n`);
}
