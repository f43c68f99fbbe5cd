import { EnginesModule, openEngines } from '@app/composition';
import { runProcess } from '@app/platform';
import { ProjectorModule } from './projector.module.js';

await runProcess({
  name: 'projector',
  description: 'Follows the event store and writes the read models.',
  needs: [],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), ProjectorModule],
});
