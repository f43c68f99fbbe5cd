import type { Type } from '@nestjs/common';
import { Field, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { Page } from '@app/eventing';

/** A page of a list in REST. */
export function pageOf<View>(view: Type<View>): Type<Page<View>> {
  class PageView {
    @ApiProperty({ type: [view] }) readonly documents!: View[];
    @ApiProperty({ nullable: true, type: String, description: 'Cursor of the next page; null on the last.' })
    readonly next!: string | null;
  }
  return PageView;
}

@ObjectType()
export class PageInfo {
  readonly hasNextPage!: boolean;
  readonly endCursor!: string | null;
}

type Connection<View> = { readonly edges: readonly { readonly node: View }[]; readonly pageInfo: PageInfo };

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
  }
  return ConnectionView;
}

export const connection = <View>({ documents, next }: Page<View>): Connection<View> => ({
  edges: documents.map((node) => ({ node })),
  pageInfo: { hasNextPage: next !== null, endCursor: next },
});
