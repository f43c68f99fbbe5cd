import { addStatement } from './edits.js';
import { aggregateOf, camelCase, checkKebabCase, pascalCase } from './names.js';
import { Refusal, type SourceTree } from './source-tree.js';

/** A read model with one document per aggregate. */
export function newReadModel(tree: SourceTree, name: string, types: readonly string[]): void {
  checkKebabCase(name);
  const folder = `libs/read-models/${name}`;
  if (tree.has(folder)) throw new Refusal(`${folder} exists already; choose another name`);
  const handled = [...new Set(types)].map((type) => ({ type, aggregate: aggregateOf(tree, type) }));

  tree.create(
    `${folder}/${name}.projection.ts`,
    projection(
      name,
      handled.map(({ type }) => `'${type}'`),
    ),
  );
  tree.create(`${folder}/${name}.projection.spec.ts`, spec(name, handled));
  tree.change(
    'libs/read-models/models.ts',
    addStatement(`export { ${camelCase(name)}Projection }`, `./${name}/${name}.projection.js`),
  );
}

const projection = (
  name: string,
  handles: readonly string[],
): string => `import { defineReadModel } from '../define-read-model.js';

/** TODO: what a document shows. */
export type ${pascalCase(name)}Row = { readonly id: string; readonly programId: string };

export const ${camelCase(name)}Projection = defineReadModel<${pascalCase(name)}Row>()({
  name: '${name}',
  handles: [${handles.join(', ')}],
  indexes: { program: ['programId'] },
  touches: (event) => event.aggregateId,
  evolve: (_row, { metadata: { programId } }, id) => ({ id, programId }),
});
`;

const spec = (name: string, handled: readonly { type: string; aggregate: string }[]): string => `
import { newRecord, projectionSpec, sampleOf } from '@app/testing';
import { ${camelCase(name)}Projection } from './${name}.projection.js';

describe('${name}', () => {
${handled
  .map(
    ({ type, aggregate }) => `
  it('shows ${type}', () =>
    projectionSpec(${camelCase(name)}Projection)
      .given()
      .when(newRecord()('${aggregate}-1', sampleOf('${type}')))
      .then({ id: '1', programId: 'program-1' }));
`,
  )
  .join('')}
});
`;
