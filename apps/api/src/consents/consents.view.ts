import { ObjectType } from '@nestjs/graphql';
import type { ConsentToRenew } from '@app/read-models';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { ListOf, Nullable } from '../http/view-fields.js';

@ObjectType('ContactName')
export class ContactNameDto {
  readonly id!: string;
  @Nullable() readonly name!: string | null;
}
@ObjectType('ConsentToRenew')
export class ConsentToRenewDto implements ConsentToRenew {
  @Nullable() readonly phone!: string | null;
  @ListOf(ContactNameDto) readonly contacts!: readonly ContactNameDto[];
  /** The number they agreed to. */
  readonly formerSenderPhone!: string;
  @Nullable() readonly purpose!: string | null;
  readonly since!: string;
}
export class ConsentsToRenewDto extends pageOf(ConsentToRenewDto) {}
export const ConsentToRenewConnection = connectionOf('ConsentToRenew', ConsentToRenewDto);

@ObjectType('ConsentPayload')
export class OptInRequestedDto extends CommandDto {
  readonly consentId!: string;
}
