import type { Type } from '@nestjs/common';
import { ApiBody, ApiExtraModels, getSchemaPath } from '@nestjs/swagger';

/** Says in the API description that the body has one of these combinations of fields, or at least one of them. */
export const BodyWith =
  (body: Type, kind: 'oneOf' | 'anyOf', choices: readonly object[]): MethodDecorator =>
  (target, key, descriptor) => {
    ApiExtraModels(body)(target, key, descriptor);
    ApiBody({ schema: { allOf: [{ $ref: getSchemaPath(body) }, { [kind]: choices }] } })(target, key, descriptor);
  };

/** These fields must be there. */
export const needs = (...required: readonly string[]): { readonly required: readonly string[] } => ({ required });

/** This list must be there and not be empty. */
export const needsSome = (list: string): object => ({ ...needs(list), properties: { [list]: { minItems: 1 } } });
