import { GraphQLError } from 'graphql';
import { EngineUnavailable } from '@app/eventing';
import { formatErrors } from './graphql-errors.js';

describe('errors of GraphQL', () => {
  const failed = (originalError: Error) =>
    formatErrors({ data: null, errors: [new GraphQLError('failed', { path: ['conversations'], originalError })] });

  it('an engine that is away is 503, as it is by REST', () => {
    const { statusCode, response } = failed(new EngineUnavailable('MongoDB'));
    expect(statusCode).toBe(503);
    expect(response.errors?.[0]?.extensions).toMatchObject({ code: 'EngineUnavailable', status: 503 });
  });

  it('what nobody expected is 500, and says nothing of our inside', () => {
    const { statusCode, response } = failed(new Error('secret'));
    expect(statusCode).toBe(500);
    expect(JSON.stringify(response)).not.toContain('secret');
  });
});
