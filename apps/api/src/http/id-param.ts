import { Param, ParseUUIDPipe } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { InvalidRequest } from '@app/platform';

const uuid = new ParseUUIDPipe({
  exceptionFactory: () => new InvalidRequest([{ field: 'id', rule: 'isUuid', message: 'id must be a UUID' }]),
});

/** The `:id` of a route. @throws InvalidRequest */
export const Id = (): ParameterDecorator => (target, method, index) => {
  Param('id', uuid)(target, method, index);
  const route = method === undefined ? undefined : Object.getOwnPropertyDescriptor(target, method);
  if (method !== undefined && route)
    ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })(target, method, route);
};
