import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ExportFiles, type DueWork } from '@app/eventing';
import { exportsProjection, type ExportDocument } from '@app/read-models';
import { systemContext } from '../commands/ids.js';
import { HandleExport } from './export.handler.js';

/** Deletes the files of an export when its time is over, also those that a killed process has left behind. */
@Injectable()
export class EndOfExport implements DueWork<ExportDocument> {
  readonly model = exportsProjection;
  readonly startedBy = ['ExportRequested'];
  readonly index = 'expiring';
  readonly pending = { hasFiles: true };
  readonly time = 'expiresAt';

  constructor(
    private readonly commands: CommandBus,
    private readonly files: ExportFiles,
  ) {}

  async do({ id: exportId, programId, expiresAt: at }: ExportDocument): Promise<void> {
    await this.files.delete({ programId, exportId });
    const intent = { type: 'ExpireExport', data: { exportId, at } } as const;
    await this.commands.execute(new HandleExport(exportId, intent, systemContext(programId, 'automation')));
  }
}
