import { IsIn } from 'class-validator';
import { exportFormats, type ExportFormat } from '@app/domain/export';
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
