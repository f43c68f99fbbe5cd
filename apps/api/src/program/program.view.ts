import { ObjectType } from '@nestjs/graphql';
import { CommandDto } from '../http/command.view.js';

/** The link templates of a program. */
@ObjectType('Links')
export class LinksDto {
  readonly portalLink!: string;
  readonly consoleLink!: string;
  readonly revision!: number;
}

@ObjectType('LinksPayload')
export class LinksPayload extends CommandDto {}
