import { ObjectType } from '@nestjs/graphql';
import { memberRoles, type MemberRole, type Permission, type Role } from '@app/kernel';
import type { CallerIdentity } from '@app/platform';
import type { MemberView } from '@app/read-models';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { ListOf, Nullable, OneOf } from '../http/view-fields.js';

@ObjectType('Member')
export class MemberDto implements MemberView {
  /** The subject of the person's access tokens. */
  readonly userId!: string;
  /** Null if it was erased. */
  @Nullable() readonly name!: string | null;
  @Nullable() readonly email!: string | null;
  @OneOf(memberRoles) readonly role!: MemberRole;
  /** The permissions in force. */
  @ListOf(String) readonly permissions!: readonly Permission[];
  /** Those that the member has in addition to the role's. */
  @ListOf(String) readonly given!: readonly Permission[];
  /** Those of the role that the member does not have. */
  @ListOf(String) readonly withdrawn!: readonly Permission[];
  readonly revision!: number;
}
export class MembersDto extends pageOf(MemberDto) {}
export const MemberConnection = connectionOf('Member', MemberDto);

export type Me = CallerIdentity & { readonly smsEnabled: boolean; readonly messagesEnabled: boolean };

/** The caller, and what is available in the program. */
@ObjectType('Me')
export class MeDto implements Me {
  readonly programId!: string;
  /** User id of a member of staff, or id of a contact. */
  readonly id!: string;
  @OneOf(['member', 'contact']) readonly kind!: 'member' | 'contact';
  @OneOf([...memberRoles, 'contact']) readonly role!: Role;
  @ListOf(String) readonly permissions!: readonly Permission[];
  /** Whether texts can be sent: switched on, and the program has a number. */
  readonly smsEnabled!: boolean;
  /** Whether the portal and the widget are available. */
  readonly messagesEnabled!: boolean;
}

@ObjectType('MemberPayload')
export class MemberPayload extends CommandDto {
  readonly userId!: string;
}
