import '@app/platform/require-node';

const { runProcess } = await import('@app/platform');
const { EnginesModule, openEngines } = await import('@app/adapters');
const { PublisherModule } = await import('./publisher.module.js');

await runProcess({
  name: 'publisher',
  description: 'Follows the record and writes what others may know to the topics.',
  needs: [],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), PublisherModule],
});
