import { ObjectType } from '@nestjs/graphql';
import { CommandDto } from '../http/command.view.js';

@ObjectType('MemberPayload')
export class MemberPayload extends CommandDto {
  readonly userId!: string;
}
