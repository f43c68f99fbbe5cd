import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { newAggregate } from '../aggregate.js';
import { newEvent } from '../event.js';
import { aggregatesIn } from '../names.js';
import { newReaction } from '../reaction.js';
import { newReadModel } from '../read-model.js';
import { SourceTree } from '../source-tree.js';

describe('the skeleton of an event', () => {
  it.each(aggregatesIn(new SourceTree()))('finds its places in the aggregate %s', (aggregate) => {
    const tree = new SourceTree();
    newEvent(tree, aggregate, 'SomethingNoted', 'NoteSomething');
    const events = tree.read(`libs/domain/${aggregate}/${aggregate}.events.ts`);
    expect(events).toContain(' | SomethingNoted');
    expect(events).toContain('SomethingNoted: { version: 1 }');
    expect(tree.read('libs/testing/samples/samples.ts')).toContain("SomethingNoted: { by: 'anna' }");
    const decider = `libs/domain/${aggregate}/${aggregate}.decider.ts`;
    expect(
      tree.read(decider).includes('NoteSomething: (data)') || tree.byHand.some((line) => line.startsWith(decider)),
    ).toBe(true);
  });

  it('needs nothing by hand where all commands and events have the usual form', () => {
    const tree = new SourceTree();
    newEvent(tree, 'address', 'AddressNoted', 'NoteAddress');
    expect(tree.byHand).toEqual([]);
  });

  it('names what is left to write by hand', () => {
    const tree = new SourceTree();
    newEvent(tree, 'conversation', 'ConversationFlagged', 'FlagConversation');
    expect(tree.byHand).toEqual([
      'libs/domain/conversation/conversation.decider.ts: what ConversationFlagged changes in evolve',
      'libs/domain/conversation/conversation.decider.spec.ts: the events given before FlagConversation',
      'libs/public-events/conversations/conversations.topic.ts: the public event of ConversationFlagged, or null',
    ]);
  });
});

describe('a skeleton is refused', () => {
  it.each<[string, (tree: SourceTree) => void, string]>([
    ['aggregate with two words', (tree) => newAggregate(tree, 'follow-up'), 'not one lower-case word'],
    ['existing aggregate', (tree) => newAggregate(tree, 'member'), 'libs/domain/member exists already'],
    ['folder of the handlers', (tree) => newAggregate(tree, 'reactions'), 'libs/application/reactions exists already'],
    ['unknown aggregate', (tree) => newEvent(tree, 'nothing', 'ItWasNoted', 'NoteIt'), 'no aggregate nothing'],
    ['event in camelCase', (tree) => newEvent(tree, 'member', 'itWasNoted', 'NoteIt'), 'not in PascalCase'],
    ['command in kebab-case', (tree) => newEvent(tree, 'member', 'ItWasNoted', 'note-it'), 'not in PascalCase'],
    ['existing event', (tree) => newEvent(tree, 'member', 'MessageSent', 'NoteIt'), 'in the aggregate conversation'],
    [
      'name of another type',
      (tree) => newEvent(tree, 'conversation', 'SendRule', 'NoteIt'),
      'declares a type SendRule already',
    ],
    ['existing command', (tree) => newEvent(tree, 'member', 'ItWasNoted', 'AddMember'), 'AddMember exists already'],
    ['read model in PascalCase', (tree) => newReadModel(tree, 'Notes', ['MessageSent']), 'not in kebab-case'],
    ['existing read model', (tree) => newReadModel(tree, 'inbox', ['MessageSent']), 'read-models/inbox exists already'],
    ['read model of an unknown event', (tree) => newReadModel(tree, 'notes', ['ItWasNoted']), 'no event type ItWas'],
    ['reaction with a blank', (tree) => newReaction(tree, 'note it', 'MessageSent'), 'not in kebab-case'],
    ['existing reaction', (tree) => newReaction(tree, 'note-texts', 'MessageSent'), 'note-texts.reaction.ts exists'],
    ['reaction to an unknown event', (tree) => newReaction(tree, 'note-it', 'ItWasNoted'), 'no event type ItWasNoted'],
  ])('%s', (_, make, message) => {
    expect(() => make(new SourceTree())).toThrow(message);
  });
});

describe('skeletons in a copy of the libraries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'referral-messages-new-'));
  const node = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: folder });
  const generate = async (make: (tree: SourceTree) => void): Promise<void> => {
    const tree = new SourceTree(folder);
    make(tree);
    await tree.write();
    expect(tree.byHand).toEqual([]);
  };

  // The engines and their drivers take most of the time to compile.
  const include = ['domain', 'application/reactions', 'application/*.ts', 'read-models/open-notes', 'read-models/*.ts']
    .concat('testing/samples', 'testing/jest')
    .map((path) => `libs/${path}`);

  beforeAll(() => {
    for (const path of [
      'libs',
      'package.json',
      'jest.config.js',
      'nest-cli.json',
      'tsconfig.base.json',
      '.prettierrc.json',
    ])
      cpSync(path, join(folder, path), { recursive: true });
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: './tsconfig.base.json', include }));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compile, and their specs pass', async () => {
    await generate((tree) => newAggregate(tree, 'note'));
    await generate((tree) => newEvent(tree, 'note', 'NoteChanged', 'ChangeNote'));
    await generate((tree) => newEvent(tree, 'address', 'AddressNoted', 'NoteAddress'));
    await generate((tree) => newReadModel(tree, 'open-notes', ['NoteCreated', 'NoteChanged', 'MessageSent']));
    await generate((tree) => newReaction(tree, 'tell-author', 'NoteChanged'));

    await node('node_modules/@nestjs/cli/bin/nest.js', 'build');
    await node('dist/libs/testing/samples/make-golden.js');
    const specs = [
      'libs/domain/note/note.decider',
      'libs/domain/address/address.decider',
      'libs/read-models/open-notes/open-notes.projection',
      'libs/read-models/erased',
      'libs/application/reactions/reactions',
      'libs/testing/samples/golden',
    ].map((path) => `dist/${path}.spec.js`);
    const jest = ['--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '-w', '1'];
    const { stderr } = await node(...jest, ...specs);
    for (const spec of specs) expect(stderr).toContain(`PASS ${spec}`);
  }, 300_000);
});
