import { Command } from 'commander';
import { newAggregate } from './aggregate.js';
import { newEvent } from './event.js';
import { newReaction } from './reaction.js';
import { newReadModel } from './read-model.js';
import { Refusal, SourceTree } from './source-tree.js';

const program = new Command('new').description('Writes the skeleton of something new, with its spec.');
program
  .command('event')
  .description('an event of an existing aggregate, and the command that leads to it')
  .argument('<aggregate>', 'the folder in libs/domain, such as conversation')
  .argument('<event>', 'in the past tense, such as ConversationArchived')
  .argument('<command>', 'in the imperative, such as ArchiveConversation')
  .action((aggregate: string, event: string, command: string) =>
    write((tree) => newEvent(tree, aggregate, event, command), 'add-an-event', ['golden', 'docs', 'check']),
  );
program
  .command('aggregate')
  .description('an aggregate that is created by one command, and its handler')
  .argument('<name>', 'one lower-case word, such as referral')
  .action((name: string) => write((tree) => newAggregate(tree, name), 'add-an-aggregate', ['golden', 'docs', 'check']));
program
  .command('read-model')
  .description('a read model with one document per aggregate')
  .argument('<name>', 'in kebab-case, such as members')
  .argument('<events...>', 'the event types that it handles, such as MemberAdded MemberRemoved')
  .action((name: string, events: string[]) =>
    write((tree) => newReadModel(tree, name, events), 'add-a-read-model', ['docs', 'check']),
  );
program
  .command('reaction')
  .description('a reaction of the automation to an event')
  .argument('<name>', 'in kebab-case, such as note-texts')
  .argument('<event>', 'the event type, such as MessageSent')
  .action((name: string, event: string) =>
    write((tree) => newReaction(tree, name, event), 'add-a-reaction', ['check']),
  );
await program.parseAsync();

async function write(make: (tree: SourceTree) => void, checklist: string, scripts: readonly string[]): Promise<void> {
  const tree = new SourceTree();
  try {
    make(tree);
  } catch (error) {
    if (error instanceof Refusal) program.error(`${error.message}. Nothing was written.`);
    throw error;
  }
  print('Written:', await tree.write());
  print('To write by hand:', tree.byHand);
  print('Next:', [
    'replace each TODO, and the fields that are only an example',
    `follow the checklist in CONTRIBUTING.md#${checklist}`,
    ...scripts.map((script) => `npm run ${script}`),
  ]);
}

function print(title: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log([title, ...lines.map((line) => `  ${line}`)].join('\n'));
}
