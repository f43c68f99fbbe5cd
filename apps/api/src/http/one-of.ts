import { applyDecorators } from '@nestjs/common';
import { Field } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';

/** One of these words. GraphQL knows it as text: its own enums take no dash. */
export const OneOf = (words: readonly string[], { nullable = false } = {}): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ enum: words, type: String, ...(nullable && { nullable }) }),
    Field(() => String, { nullable, description: words.join(', ') }),
  );
