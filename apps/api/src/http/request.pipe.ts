import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { InvalidRequest } from '@app/platform';
import { passesChecks } from './passes-checks.js';

/** Our bodies have two levels. Endless nesting would exhaust the stack of any code that visits it. */
const DEEPEST = 10;

/**
 * Validates the data of a request against its DTO. Unknown fields are refused, not dropped: a caller's typing error
 * must not change the meaning of a command.
 */
export class RequestPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (errors) => InvalidRequest.from(errors),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (value === undefined || !this.toValidate(metadata)) return super.transform(value, metadata);
    if (typeof value !== 'object' || Array.isArray(value))
      throw new InvalidRequest([{ field: 'body', rule: 'isObject', message: 'the body must be an object' }]);
    if (isDeeper(value, DEEPEST))
      throw new InvalidRequest([
        { field: 'body', rule: 'maxDepth', message: `the body must not be nested deeper than ${DEEPEST} levels` },
      ]);
    // The validator ignores fields that every object inherits.
    const inherited = Object.keys(value ?? {}).find((key) => key in Object.prototype);
    if (inherited !== undefined)
      throw new InvalidRequest([
        { field: inherited, rule: 'whitelistValidation', message: `property ${inherited} should not exist` },
      ]);
    return super.transform(value, metadata);
  }

  protected override validate(
    ...given: Parameters<ValidationPipe['validate']>
  ): ReturnType<ValidationPipe['validate']> {
    return passesChecks(given[0]) ? [] : super.validate(...given);
  }
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1)));
