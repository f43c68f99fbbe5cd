import { Field, InputType, IntersectionType } from '@nestjs/graphql';
import { IsIn, Matches, MaxLength } from 'class-validator';
import { exportFormats, type ExportFormat } from '@app/domain/export';
import { CommandInput } from '../http/command-input.dto.js';
import { FreshDto } from '../http/paging.dto.js';
import { IsDay, Optional } from '../http/validators.js';

/** With both days, or with neither for the whole conversation. */
export class ExportConversationDto extends FreshDto {
  @IsIn(exportFormats) readonly format!: ExportFormat;
  /** The first day, in the time zone of the program. */
  @Optional() @IsDay() readonly from?: string;
  /** The last day, at most 30 days after the first. */
  @Optional() @IsDay() readonly to?: string;
}

@InputType({ isAbstract: true })
export class RequestExportDto {
  @Field(() => String) @IsIn(['csv']) readonly format!: 'csv';
  /** The first day, in the time zone of the program; if absent, from the first message on. */
  @Optional() @IsDay() readonly from?: string;
  /** The last day; if absent, up to now. */
  @Optional() @IsDay() readonly to?: string;
}
@InputType()
export class RequestExportInput extends IntersectionType(RequestExportDto, CommandInput) {}

/** The `link` of an export instead of an access token. */
export class ExportFileDto {
  @Optional()
  @MaxLength(1_000)
  @Matches(/^[\w-]+\.[\w-]+$/)
  readonly link?: string;
}
