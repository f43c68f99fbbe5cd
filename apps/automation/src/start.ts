import { EnginesModule, openEngines } from '@app/composition';
import { runProcess } from '@app/platform';
import { AutomationModule } from './automation.module.js';

await runProcess({
  name: 'automation',
  description: 'Follows the event store and turns events into commands.',
  needs: [],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), AutomationModule],
});
