import { Field, Int, ObjectType } from '@nestjs/graphql';
import { importKinds } from '@app/domain/import';
import type { ImportResultView, ImportView } from '@app/read-models';
import { ActorDto } from '../conversations/conversations.view.js';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { Nullable, OneOf } from '../http/view-fields.js';
import { outcomes } from './imports.requests.dto.js';

@ObjectType('Import')
export class ImportDto implements ImportView {
  readonly id!: string;
  @OneOf(importKinds) readonly kind!: ImportView['kind'];
  @OneOf(['running', 'finished', 'failed']) readonly status!: ImportView['status'];
  /** Who uploaded the file. */
  @Field(() => ActorDto) readonly author!: ActorDto;
  readonly startedAt!: string;
  @Nullable() readonly endedAt!: string | null;
  /** Rows so far, by what became of them. */
  @Field(() => Int) readonly created!: number;
  @Field(() => Int) readonly changed!: number;
  @Field(() => Int) readonly unchanged!: number;
  @Field(() => Int) readonly refused!: number;
  /** Why the rest of the file could not be read: `InvalidCsv` or `FileMissing`. */
  @Nullable() readonly reason!: string | null;
}
export class ImportsDto extends pageOf(ImportDto) {}
export const ImportConnection = connectionOf('Import', ImportDto);

@ObjectType('ImportRow')
export class ImportRowDto implements ImportResultView {
  /** Its number in the file, from 1, without the line of columns. */
  @Field(() => Int) readonly row!: number;
  @OneOf(outcomes) readonly outcome!: ImportResultView['outcome'];
  /** Id of the contact or of the referral. */
  @Nullable() readonly targetId!: string | null;
  /** Why it was refused. */
  @Nullable() readonly code!: string | null;
  @Nullable() readonly field!: string | null;
  @Nullable() readonly rule!: string | null;
}
export class ImportRowsDto extends pageOf(ImportRowDto) {}
export const ImportRowConnection = connectionOf('ImportRow', ImportRowDto);

export class ImportStartedDto extends CommandDto {
  readonly importId!: string;
}
