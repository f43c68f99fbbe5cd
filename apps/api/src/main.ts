import '@app/platform/require-node';

const { runProcess } = await import('@app/platform');
const { EnginesModule, openEngines } = await import('@app/adapters');
const { ApiModule } = await import('./api.module.js');
const { createHttpApp } = await import('./http/http-app.js');

await runProcess({
  name: 'api',
  description: 'Serves REST, GraphQL, the portal and the webhooks of the provider.',
  needs: ['JWT_SECRET', 'PUBLIC_URL'],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), ApiModule],
  createHttpApp,
});
