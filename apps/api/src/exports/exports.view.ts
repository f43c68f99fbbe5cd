import { ObjectType } from '@nestjs/graphql';
import type { ExportDocument } from '@app/read-models';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { Nullable, OneOf } from '../http/view-fields.js';

/** A file with all messages. */
@ObjectType('Export')
export class ExportDto {
  readonly id!: string;
  /**
   * `running`; `finished`: it can be downloaded; `withdrawn`: content was erased, so the file was deleted; `expired`: its
   * time was over.
   */
  @OneOf(['running', 'finished', 'withdrawn', 'expired']) readonly status!: ExportDocument['status'];
  /** The first day, in the time zone of the program; null: from the first message on. */
  @Nullable() readonly from!: string | null;
  /** The last day; null: up to the request. */
  @Nullable() readonly to!: string | null;
  /** User id of who requested it. */
  readonly by!: string;
  readonly requestedAt!: string;
  /** When the file is deleted. */
  readonly expiresAt!: string;
  /** Messages in the file so far. */
  readonly rows!: number;
  /** Size of the file so far. */
  readonly bytes!: number;
  /** How much of the messages was read, estimated. */
  readonly percent!: number;
  /** How often it was downloaded. */
  readonly downloads!: number;
  /** Path of the file, for you, which also works without an access token until it expires; null unless it is finished. */
  @Nullable() readonly link!: string | null;
  readonly revision!: number;
}

export class ExportsDto extends pageOf(ExportDto) {}
@ObjectType()
export class ExportConnection extends connectionOf('Export', ExportDto) {}

@ObjectType('ExportPayload')
export class RequestedDto extends CommandDto {
  readonly exportId!: string;
}
