import { ArgsType, InputType, IntersectionType } from '@nestjs/graphql';
import { IsUUID } from 'class-validator';
import { CommandInput } from '../http/command-input.dto.js';
import { ConnectionArgs } from '../http/paging.dto.js';
import { IsPhone, Optional } from '../http/validators.js';

/** Whom to block: exactly one of `contactId` and `phone`. */
@InputType({ isAbstract: true })
export class PlaceBlockDto {
  @Optional() @IsUUID() readonly contactId?: string;
  @Optional() @IsPhone() readonly phone?: string;
}

@InputType()
export class PlaceBlockInput extends IntersectionType(PlaceBlockDto, CommandInput) {}
@InputType({ isAbstract: true })
export class BlockInput extends CommandInput {
  @IsUUID() readonly blockId!: string;
}
@ArgsType()
export class BlockedMessagesArgs extends ConnectionArgs {
  @IsUUID() readonly id!: string;
}
