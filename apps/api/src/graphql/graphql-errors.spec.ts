import { GraphQLError } from 'graphql';
import { EngineUnavailable } from '@app/eventing';
import { formatErrors } from './graphql-errors.js';

describe('errors of GraphQL', () => {
  const failed = (originalError: Error) =>
    formatErrors({ data: null, errors: [new GraphQLError('failed', { path: ['conversations'], originalError })] });

  it('an unavailable engine is 503, as in REST', () => {
    const { statusCode, response } = failed(new EngineUnavailable('MongoDB'));
    expect(statusCode).toBe(503);
    expect(response.errors?.[0]?.extensions).toMatchObject({ code: 'EngineUnavailable', status: 503 });
  });

  it('an unexpected error is 500, and reveals nothing internal', () => {
    const { statusCode, response } = failed(new Error('secret'));
    expect(statusCode).toBe(500);
    expect(JSON.stringify(response)).not.toContain('secret');
  });
});
