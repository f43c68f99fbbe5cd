import { MaxLength } from 'class-validator';
import { LONGEST_IN_APP } from '../conversations/conversations.requests.dto.js';
import { IsCleanText } from '../http/validators.js';

export class WritePortalMessageDto {
  @MaxLength(LONGEST_IN_APP) @IsCleanText() readonly text!: string;
}
