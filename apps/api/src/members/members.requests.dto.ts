import { InputType } from '@nestjs/graphql';
import { IsString } from 'class-validator';
import { CommandInput } from '../http/command-input.dto.js';

@InputType({ isAbstract: true })
export class MemberInput extends CommandInput {
  @IsString() readonly userId!: string;
}
