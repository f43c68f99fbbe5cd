import type { OpenAPIObject } from '@nestjs/swagger';
import type { Api } from './api.fixture.js';

export type Route = { readonly method: string; readonly path: string };

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Every route of the API description. */
export async function routesOf(api: Api): Promise<readonly Route[]> {
  const { body } = await api.get('/openapi.json', { as: null });
  const { paths } = body as unknown as OpenAPIObject;
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method]).map((method) => ({ method: method.toUpperCase(), path })),
  );
}
