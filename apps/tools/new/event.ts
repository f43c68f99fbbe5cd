import {
  addDecision,
  addImported,
  addItem,
  addToUnion,
  addTypeBefore,
  decisionForm,
  declaresType,
  keysOf,
  withCase,
} from './edits.js';
import { aggregatesIn, checkNewEventType, checkPascalCase, pascalCase } from './names.js';
import { Refusal, type SourceTree } from './source-tree.js';

/** An event of an aggregate, and the command that leads to it. */
export function newEvent(tree: SourceTree, aggregate: string, event: string, command: string): void {
  const aggregates = aggregatesIn(tree);
  if (!aggregates.includes(aggregate))
    throw new Refusal(`There is no aggregate ${aggregate}; there are ${aggregates.join(', ')}`);
  checkPascalCase(event);
  checkPascalCase(command);
  checkNewEventType(tree, event);

  const Name = pascalCase(aggregate);
  const [events, decider] = ['events', 'decider'].map((part) => `libs/domain/${aggregate}/${aggregate}.${part}.ts`) as [
    string,
    string,
  ];
  const known = keysOf(tree.read(events), `${aggregate}EventTypes`);
  if (declaresType(tree.read(events), event)) throw new Refusal(`${events} declares a type ${event} already`);
  if (tree.read(decider).includes(`'${command}'`)) throw new Refusal(`The command ${command} exists already`);

  tree.change(
    events,
    addTypeBefore(
      `${Name}Event`,
      `/** TODO: what happened. */\nexport type ${event} = Message<'${event}', { by: string }>;`,
    ),
    addToUnion(`${Name}Event`, event),
    addItem(`${aggregate}EventTypes`, `${event}: { version: 1 }`),
  );
  tree.change('libs/testing/samples/samples.ts', addItem('samples', `${event}: { by: 'anna' }`, known));
  addCommand(tree, { aggregate, Name, event, command, decider });
  for (const topic of tree.list('libs/public-events')) {
    const path = `libs/public-events/${topic}/${topic}.topic.ts`;
    if (tree.has(path) && tree.read(path).includes(`${Name}Event`))
      tree.byHand.push(`${path}: the public event of ${event}, or null`);
  }
}

type New = {
  readonly aggregate: string;
  readonly Name: string;
  readonly event: string;
  readonly command: string;
  readonly decider: string;
};

function addCommand(tree: SourceTree, { aggregate, Name, event, command, decider }: New): void {
  const spec = `libs/domain/${aggregate}/${aggregate}.decider.spec.ts`;
  const form = decisionForm(tree.read(decider));
  if (form === 'none') {
    tree.byHand.push(`${decider}: ${command} in ${Name}Command and in decide, and ${event} in evolve`);
    tree.byHand.push(`${spec}: an example of ${command}`);
    return;
  }
  tree.change(
    decider,
    addImported(`./${aggregate}.events.js`, event),
    addToUnion(`${Name}Command`, `Message<'${command}', ${event}['data']>`),
    addDecision(`${command}: (data) => [{ type: '${event}', data }]`),
  );
  const complete = withCase(tree.read(decider), event);
  if (complete === null) tree.byHand.push(`${decider}: what ${event} changes in evolve`);
  else tree.change(decider, () => complete);
  tree.change(spec, (text) => text + example(aggregate, event, command));
  if (form === 'part') tree.byHand.push(`${spec}: the events given before ${command}`);
}

const example = (aggregate: string, event: string, command: string): string => `
describe('${command}', () => {
  it('leads to ${event}', () =>
    deciderSpec(${aggregate}Decider)
      .given()
      .when({ type: '${command}', data: { by: 'anna' } })
      .then({ type: '${event}', data: { by: 'anna' } }));
});
`;
