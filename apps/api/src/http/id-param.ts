import { Param, ParseUUIDPipe } from '@nestjs/common';
import { InvalidRequest } from '@app/platform';

const uuid = new ParseUUIDPipe({
  exceptionFactory: () => new InvalidRequest([{ field: 'id', rule: 'isUuid', message: 'id must be a UUID' }]),
});

/** The `:id` of a route. @throws InvalidRequest */
export const Id = (): ParameterDecorator => Param('id', uuid);
