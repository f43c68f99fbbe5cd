import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { Listing } from '@app/read-models';

/** A page of a list in REST. */
export function pageOf<View>(view: Type<View>): Type<Listing<View>> {
  class PageView {
    @ApiProperty({ type: [view] }) readonly documents!: View[];
    @ApiProperty({ nullable: true, type: String, description: 'Cursor of the next page; null on the last.' })
    readonly next!: string | null;
    @ApiProperty({ nullable: true, type: String, description: 'Cursor of the page before; null on the first.' })
    readonly previous!: string | null;
    @ApiProperty({
      nullable: true,
      type: String,
      description: 'Position at which the list was read: it shows everything up to there; later changes may be in it.',
    })
    readonly cursor!: string | null;
  }
  return PageView;
}

@ObjectType()
export class PageInfo {
  readonly hasNextPage!: boolean;
  readonly endCursor!: string | null;
  readonly hasPreviousPage!: boolean;
  readonly startCursor!: string | null;
}

type Connection<View> = {
  readonly edges: readonly { readonly node: View }[];
  readonly pageInfo: PageInfo;
  readonly cursor: string | null;
};

/** A page of a list in GraphQL, as `<Name>Connection`. */
export function connectionOf<View>(name: string, view: Type<View>): Type<Connection<View>> {
  @ObjectType(`${name}Edge`)
  class EdgeView {
    @Field(() => view) readonly node!: View;
  }
  @ObjectType(`${name}Connection`)
  class ConnectionView {
    @Field(() => [EdgeView]) readonly edges!: EdgeView[];
    @Field(() => PageInfo) readonly pageInfo!: PageInfo;
    @Field(() => String, {
      nullable: true,
      description: 'Position at which the list was read: it shows everything up to there; later changes may be in it.',
    })
    readonly cursor!: string | null;
  }
  return ConnectionView;
}

export const connection = <View>({ documents, next, previous, cursor }: Listing<View>): Connection<View> => ({
  edges: documents.map((node) => ({ node })),
  pageInfo: {
    hasNextPage: next !== null,
    endCursor: next,
    hasPreviousPage: previous !== null,
    startCursor: previous,
  },
  cursor,
});
