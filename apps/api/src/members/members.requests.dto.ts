import { ArgsType, Field, InputType, IntersectionType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { memberRoles, permissions, type MemberRole, type Permission } from '@app/kernel';
import { CommandInput } from '../http/command-input.dto.js';
import { FreshDto } from '../http/paging.dto.js';
import { IsCleanText, IsEmailAddress, Optional } from '../http/validators.js';

const LONGEST_ID = 200;

@InputType({ isAbstract: true })
export class ChangeRoleDto {
  @Field(() => String, { description: memberRoles.join(', ') })
  @ApiProperty({ enum: memberRoles, type: String })
  @IsIn(memberRoles)
  readonly role!: MemberRole;
}

@InputType({ isAbstract: true })
export class PermissionDto {
  @Field(() => String, { description: permissions.join(', ') })
  @ApiProperty({ enum: permissions, type: String })
  @IsIn(permissions)
  readonly permission!: Permission;
}

@InputType({ isAbstract: true })
export class AddMemberDto extends ChangeRoleDto {
  /** The subject of the person's access tokens. */
  @MaxLength(LONGEST_ID) @IsCleanText() readonly userId!: string;
  @MaxLength(200) @IsCleanText() readonly name!: string;
  @IsEmailAddress() readonly email!: string;
}

@InputType({ isAbstract: true })
export class RemoveMemberDto {
  /** User id of the member who becomes the assignee of the conversations; if absent, they become unassigned. */
  @Optional() @MinLength(1) @MaxLength(LONGEST_ID) @IsString() readonly successor?: string;
}

@ArgsType()
export class MemberArgs extends FreshDto {
  @Field() @IsString() readonly userId!: string;
}

@InputType({ isAbstract: true })
export class MemberInput extends CommandInput {
  @IsString() readonly userId!: string;
}
@InputType()
export class AddMemberInput extends IntersectionType(AddMemberDto, CommandInput) {}
@InputType()
export class RemoveMemberInput extends IntersectionType(RemoveMemberDto, MemberInput) {}
