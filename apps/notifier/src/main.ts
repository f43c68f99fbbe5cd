import '@app/platform/require-node';

const { runProcess } = await import('@app/platform');
const { EnginesModule, openEngines } = await import('@app/adapters');
const { NotifierModule } = await import('./notifier.module.js');

await runProcess({
  name: 'notifier',
  description: 'Follows the topics, and sends texts and emails.',
  needs: ['PUBLIC_URL', 'TWILIO_API_URL'],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), NotifierModule],
});
