import '@app/platform/require-node';

const { runProcess } = await import('@app/platform');
const { EnginesModule, openEngines } = await import('@app/adapters');
const { ProjectorModule } = await import('./projector.module.js');

await runProcess({
  name: 'projector',
  description: 'Follows the record and writes the read models.',
  needs: [],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), ProjectorModule],
});
