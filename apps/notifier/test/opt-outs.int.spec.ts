import { ConsentReader, HandleInbound, ids, NaturalKeys } from '@app/application';
import { NotifierBench, until } from './notifier-bench.fixture.js';

/** The first append of a webhook: the process is killed before it notes the opt-out, and no automation runs. */
async function acceptStop(
  bench: NotifierBench,
  { programId, senderId }: { programId: string; senderId: string },
  from: string,
): Promise<string> {
  const addressId = await bench.app.get(NaturalKeys).address(programId, from);
  const data = {
    providerMessageId: 'SM1',
    addressId,
    subjectId: addressId,
    senderId,
    from,
    text: 'STOP',
    form: {},
    sentAt: null,
  };
  await bench.execute(
    new HandleInbound(ids.inbound(programId, 'SM1'), { type: 'AcceptInbound', data }, bench.context(programId)),
  );
  return addressId;
}

let bench: NotifierBench;
const phone = '+14155569999';
beforeEach(async () => {
  bench = await NotifierBench.open();
});
afterEach(() => bench.close());

it('K9: a STOP takes effect when the process was killed right after accepting it, without automation', async () => {
  const program = await bench.program('p');
  const { conversationId } = await bench.conversation(program.programId, phone);
  const addressId = await acceptStop(bench, program, phone);
  const reader = bench.app.get(ConsentReader);
  await until(
    async () =>
      (await reader.read(program.programId, { addressId, senderId: program.senderId })).consent.status === 'no',
    'the opt-out is noted',
  );
  await expect(bench.write(program.programId, conversationId, 'after STOP')).rejects.toMatchObject({
    code: 'RecipientOptedOut',
  });
});

it('K9: a starting notifier notes accepted opt-outs before it sends waiting texts', async () => {
  const program = await bench.program('p');
  const { conversationId } = await bench.conversation(program.programId, phone);
  await bench.stop();
  await bench.start({ ...bench.options, notifies: false });
  await bench.write(program.programId, conversationId, 'before STOP');
  await acceptStop(bench, program, phone);
  await bench.stop();
  await bench.start();
  await until(async () => (await bench.deliveryEvents()).includes('DeliveryWithheld'), 'the text is withheld');
  expect(bench.texts).toEqual([]);
});
