import { applyDecorators, type Type } from '@nestjs/common';
import { Field, Int } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';

// What the compiler's plugins cannot infer from the type of a view's field, declared once for REST and GraphQL.

/** Text or null. */
export const Nullable = (): PropertyDecorator => ApiProperty({ nullable: true, type: String });

export const NullableNumber = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ nullable: true, type: Number }),
    Field(() => Int, { nullable: true }),
  );

/** One of these words. In GraphQL it is a string: GraphQL enums cannot contain a dash. */
export const OneOf = (words: readonly string[], { nullable = false } = {}): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ enum: words, type: String, ...(nullable && { nullable }) }),
    Field(() => String, { nullable, description: words.join(', ') }),
  );

/** A bounded list: it has no pages. */
export const ListOf = (type: Type): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ type: [type] }),
    Field(() => [type]),
  );
