import '@app/platform/require-node';

const { runProcess } = await import('@app/platform');
const { EnginesModule, openEngines } = await import('@app/adapters');
const { AutomationModule } = await import('./automation.module.js');

await runProcess({
  name: 'automation',
  description: 'Follows the record and turns events into commands.',
  needs: [],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), AutomationModule],
});
