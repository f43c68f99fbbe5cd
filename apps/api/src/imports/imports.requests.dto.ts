import { ArgsType, Field, IntersectionType } from '@nestjs/graphql';
import { IntersectionType as RestIntersectionType } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { importKinds, type ImportedRow, type ImportKind } from '@app/domain/import';
import { ConnectionArgs, OneArgs, PageDto } from '../http/paging.dto.js';
import { Optional } from '../http/validators.js';

export const outcomes: readonly ImportedRow['outcome'][] = ['created', 'changed', 'unchanged', 'refused'];

export class StartImportDto {
  /** What the rows are. */
  @IsIn(importKinds) readonly kind!: ImportKind;
}

@ArgsType()
export class OutcomeDto {
  /** Only rows with this outcome: `created`, `changed`, `unchanged` or `refused`. */
  @Field(() => String)
  @Optional()
  @IsIn(outcomes)
  readonly outcome?: ImportedRow['outcome'];
}
export class ListImportRowsDto extends RestIntersectionType(OutcomeDto, PageDto) {}
@ArgsType()
export class ImportRowsArgs extends IntersectionType(OutcomeDto, IntersectionType(OneArgs, ConnectionArgs)) {}
