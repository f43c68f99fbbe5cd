import { EnginesModule, openEngines } from '@app/composition';
import { runProcess } from '@app/platform';
import { PublisherModule } from './publisher.module.js';

await runProcess({
  name: 'publisher',
  description: 'Follows the event store and writes public events to the topics.',
  needs: [],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), PublisherModule],
});
