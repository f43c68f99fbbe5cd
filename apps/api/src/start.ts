import { EnginesModule, openEngines } from '@app/composition';
import { runProcess } from '@app/platform';
import { ApiModule } from './api.module.js';
import { createHttpApp } from './http/http-app.js';

await runProcess({
  name: 'api',
  description: 'Serves REST, GraphQL, the portal and the webhooks of the provider.',
  needs: ['JWT_SECRET', 'PUBLIC_URL'],
  modules: async (configuration) => [EnginesModule.with(await openEngines(configuration)), ApiModule],
  createHttpApp,
});
