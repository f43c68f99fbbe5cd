import { Keyring, programHashSubject } from '@app/eventing';
import type { SendOutcome } from '@app/gateways';
import { NotifierBench, until } from './notifier-bench.fixture.js';

it('G5: a program with many slow accounts leaves slots to others', async () => {
  const release = Promise.withResolvers<SendOutcome>();
  const bench = await NotifierBench.open({
    environment: { TEXTS_AT_ONCE: '20', TEXTS_AT_ONCE_PER_PROGRAM: '8', TEXTS_AT_ONCE_PER_ACCOUNT: '2' },
    send: (_account, { text }) =>
      text.startsWith('slow') ? release.promise : Promise.resolve({ kind: 'accepted', providerMessageId: text }),
  });
  try {
    const greedy = await bench.program('greedy');
    for (let account = 0; account < 10; account += 1) {
      await bench.credentials(greedy.programId, `+1415557${1000 + account}`, {
        accountSid: `AC-greedy-${account}`,
        authToken: 'b'.repeat(32),
      });
      for (const text of ['slow 1', 'slow 2']) await bench.textTo(greedy.programId, `${text} ${account}`);
    }
    await until(() => bench.texts.length === 8, 'the program has taken its slots');
    const other = await bench.program('other');
    await bench.textTo(other.programId, 'quick');
    await until(() => bench.texts.includes('quick'), 'the other program texts');
    expect(bench.texts.filter((text) => text.startsWith('slow'))).toHaveLength(8);
  } finally {
    release.resolve({ kind: 'accepted', providerMessageId: 'x' });
    await bench.close();
  }
}, 60_000);

it('T2, G5: unreadable claims of one program do not delay the reconciliation of another’s claim', async () => {
  let offset = 0;
  const release = Promise.withResolvers<SendOutcome>();
  const bench = await NotifierBench.open({
    environment: { TEXTS_AT_ONCE_PER_ACCOUNT: '200', TEXTS_AT_ONCE_PER_PROGRAM: '200', TEXTS_AT_ONCE: '400' },
    send: () => release.promise,
    clock: { now: () => Date.now() + offset } as never,
  });
  try {
    const gone = await bench.program('gone');
    for (let n = 0; n < 101; n += 1) await bench.textTo(gone.programId, `text ${n}`);
    await until(() => bench.texts.length === 101, '101 claimed');
    const other = await bench.program('other');
    await bench.textTo(other.programId, 'mine');
    await until(() => bench.texts.length === 102, '102 claimed');
    await bench.app.get(Keyring).destroy(programHashSubject(gone.programId, 'commands'));
    offset = 120_000;
    const isDoubted = async () =>
      (await bench.recorded('delivery')).some(
        ({ type, metadata }) => type === 'DeliveryUncertain' && metadata.programId === other.programId,
      );
    await until(isDoubted, 'the other program’s claim is uncertain');
  } finally {
    release.resolve({ kind: 'accepted', providerMessageId: 'x' });
    await bench.close();
  }
}, 60_000);
