import { EnginesModule, openEngines } from '@app/composition';
import { runProcess } from '@app/platform';
import { NotifierModule } from './notifier.module.js';

await runProcess({
  name: 'notifier',
  description: 'Follows the topics, and sends texts and emails.',
  needs: ['PUBLIC_URL', 'TWILIO_API_URL'],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), NotifierModule],
});
