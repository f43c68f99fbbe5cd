import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ExportFiles, Progress, TemporaryFailure } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { ExportQueries, exportsProjection } from '@app/read-models';
import { causedBy, system } from '../commands/ids.js';
import { HandleExport } from './export.handler.js';

const LONGEST_WAIT_MS = 10_000;

/** Content was erased: deletes the files of the program that may contain it. */
@Injectable()
export class WithdrawExports {
  constructor(
    private readonly commands: CommandBus,
    private readonly progress: Progress,
    private readonly exports: ExportQueries,
    private readonly files: ExportFiles,
  ) {}

  /** An export that is requested later reads what was erased before. @throws ExportsBehind */
  async after(event: Recorded<Message>): Promise<void> {
    const { programId } = event.metadata;
    if (!(await this.progress.waitFor(exportsProjection, event.position, LONGEST_WAIT_MS, programId)))
      throw new ExportsBehind();
    for (const { id: exportId } of await this.exports.withFiles(programId)) {
      const context = causedBy(event, system('automation'), `WithdrawExport ${exportId}`);
      await this.commands.execute(new HandleExport(exportId, { type: 'WithdrawExport', data: { exportId } }, context));
      // After the event, so that a part that is being written is refused, or found here.
      await this.files.delete({ programId, exportId });
    }
  }
}

export class ExportsBehind extends TemporaryFailure {
  override readonly name = 'ExportsBehind';
  constructor() {
    super('The list of exports is too far behind to find those with erased content; this is retried');
  }
}
