import type { Engines } from '@app/eventing';
import { deliveriesProjection } from '@app/read-models';
import { NotifierBench, until } from './notifier-bench.fixture.js';

let bench: NotifierBench;
afterEach(() => bench.close());

it('T2, M7: texts are sent in order without waiting for the read model of deliveries', async () => {
  const goOn = Promise.withResolvers<void>();
  let isStuck = false;
  const engines = (given: Engines): Engines => {
    const write = given.readModels.write.bind(given.readModels);
    given.readModels.write = async (model, ...rest) => {
      if (isStuck && model.name === deliveriesProjection.name) await goOn.promise;
      return write(model, ...rest);
    };
    return given;
  };
  bench = await NotifierBench.open({ engines });
  const { programId } = await bench.program('acme');
  const { conversationId } = await bench.conversation(programId);
  const texts = Array.from({ length: 25 }, (_, number) => `text ${number}`);
  for (const text of texts) {
    await bench.write(programId, conversationId, text);
    await until(() => isStuck || bench.texts.length === 1, 'the first is sent');
    isStuck = true;
  }
  await until(() => bench.texts.length === texts.length, 'all are sent');
  goOn.resolve();
  expect(bench.texts).toEqual(texts);
});
