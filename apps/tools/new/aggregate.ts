import { addItem, addStatement } from './edits.js';
import { checkNewEventType, pascalCase } from './names.js';
import { Refusal, type SourceTree } from './source-tree.js';

/** An aggregate with one command and one event: it is created once. */
export function newAggregate(tree: SourceTree, name: string): void {
  if (!/^[a-z][a-z0-9]*$/.test(name))
    throw new Refusal(`"${name}" is not one lower-case word: the streams of an aggregate are named "<aggregate>-<id>"`);
  for (const folder of [`libs/domain/${name}`, `libs/application/${name}`])
    if (tree.has(folder)) throw new Refusal(`${folder} exists already; choose another name`);
  const Name = pascalCase(name);
  checkNewEventType(tree, `${Name}Created`);

  const domain = `libs/domain/${name}`;
  tree.create(`${domain}/${name}.events.ts`, events(name, Name));
  tree.create(`${domain}/${name}.decider.ts`, decider(name, Name));
  tree.create(`${domain}/${name}.decider.spec.ts`, deciderSpec(name, Name));
  tree.create(`${domain}/index.ts`, manifest(name));
  tree.create(`libs/application/${name}/${name}.handler.ts`, handler(name, Name));
  tree.change(
    'libs/domain/index.ts',
    addStatement(`import { ${name}Aggregate }`, `./${name}/index.js`),
    addItem('aggregates', `${name}Aggregate`),
  );
  tree.change('libs/application/handlers.ts', addStatement('export *', `./${name}/${name}.handler.js`));
  tree.change(
    'libs/testing/samples/samples.ts',
    addItem('samples', `${Name}Created: { ${name}Id: '${name}-1', by: 'anna' }`),
  );
}

const events = (name: string, Name: string): string => `import type { EventTypes, Message } from '@app/kernel';

/** TODO: what happened. */
export type ${Name}Created = Message<'${Name}Created', { ${name}Id: string; by: string }>;

export type ${Name}Event = ${Name}Created;

export const ${name}EventTypes = {
  ${Name}Created: { version: 1 },
} as const satisfies EventTypes<${Name}Event>;
`;

const decider = (
  name: string,
  Name: string,
): string => `import { decideByType, type Decider, type Message } from '@app/kernel';
import type { ${Name}Created, ${Name}Event } from './${name}.events.js';

export type ${Name}Command = Message<'Create${Name}', ${Name}Created['data']>;

/** TODO: what the decisions need to know. */
export type ${Name} = { readonly isCreated: boolean };

export const ${name}Decider: Decider<${Name}, ${Name}Command, ${Name}Event> = {
  initialState: { isCreated: false },

  decide: decideByType<${Name}, ${Name}Command, ${Name}Event>({
    Create${Name}: (data, { isCreated }) => (isCreated ? [] : [{ type: '${Name}Created', data }]),
  }),

  evolve(state, event) {
    switch (event.type) {
      case '${Name}Created':
        return { ...state, isCreated: true };
    }
  },
};
`;

const deciderSpec = (name: string, Name: string): string => `import { deciderSpec } from '@app/testing';
import { ${name}Decider } from './${name}.decider.js';

const data = { ${name}Id: '${name}-1', by: 'anna' };

describe('${name}', () => {
  const ${name} = deciderSpec(${name}Decider);

  it('is created once', () => {
    ${name}.given().when({ type: 'Create${Name}', data }).then({ type: '${Name}Created', data });
    ${name}.given({ type: '${Name}Created', data }).when({ type: 'Create${Name}', data }).thenNothing();
  });
});
`;

const manifest = (name: string): string => `import { defineAggregate } from '@app/kernel';
import { ${name}Decider } from './${name}.decider.js';
import { ${name}EventTypes } from './${name}.events.js';

export * from './${name}.decider.js';
export * from './${name}.events.js';

export const ${name}Aggregate = defineAggregate({
  category: '${name}',
  decider: ${name}Decider,
  events: ${name}EventTypes,
});
`;

const handler = (name: string, Name: string): string => `import { CommandHandler } from '@nestjs/cqrs';
import { ${name}Aggregate, type ${Name}Command } from '@app/domain/${name}';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

/** TODO: what the id is. */
export class Handle${Name} extends AggregateCommand<${Name}Command> {}

@CommandHandler(Handle${Name})
export class ${Name}Handler extends plainHandler(${name}Aggregate) {}
`;
