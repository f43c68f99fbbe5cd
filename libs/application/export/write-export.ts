import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { v7 } from 'uuid';
import { ExportFiles, type DueWork } from '@app/eventing';
import { ExportedMessages, exportsProjection, Freshness, type ExportDocument } from '@app/read-models';
import { systemContext } from '../commands/ids.js';
import { Lookups } from '../lookups/lookups.js';
import { periodOf, rowOf } from './calendar.js';
import { csv } from './csv.js';
import { HandleExport } from './export.handler.js';

/** A part ends with the page that reaches this size: small enough to be held in memory, and for a document in MongoDB. */
const PART_CHARACTERS = 1_000_000;

type Part = {
  readonly content: string;
  readonly rows: number;
  readonly cursor: string | null;
  readonly percent: number;
};

/**
 * Writes the files of exports, one part after the other. Each part is stored before its event, which says where the next
 * one starts: whoever goes on after a kill continues there.
 */
@Injectable()
export class WriteExport implements DueWork<ExportDocument> {
  readonly model = exportsProjection;
  readonly startedBy = ['ExportRequested', 'ExportPartWritten'];
  readonly index = 'due';
  readonly pending = { status: 'running' };
  readonly time = 'dueAt';
  readonly isExclusive = true;

  /** The end of the last part that was begun, by program: one part at a time. */
  private readonly busy = new Map<string, Promise<void>>();

  constructor(
    private readonly commands: CommandBus,
    private readonly lookups: Lookups,
    private readonly messages: ExportedMessages,
    private readonly freshness: Freshness,
    private readonly files: ExportFiles,
  ) {}

  async do(row: ExportDocument): Promise<void> {
    const { programId } = row;
    const written = (this.busy.get(programId) ?? Promise.resolve()).then(() => this.writePart(row));
    const end = written.catch(() => undefined);
    this.busy.set(programId, end);
    await written.finally(() => {
      if (this.busy.get(programId) === end) this.busy.delete(programId);
    });
  }

  private async writePart(row: ExportDocument): Promise<void> {
    const { id: exportId, programId } = row;
    const file = { programId, exportId };
    const { content, ...progress } = await this.nextPart(row);
    const part = v7();
    await this.files.put(file, part, content);
    const data = { exportId, part, bytes: Buffer.byteLength(content), ...progress, after: row.parts.length };
    const context = systemContext(programId, 'automation');
    const { events } = await this.commands.execute(new HandleExport(exportId, { type: 'WritePart', data }, context));
    // The export was withdrawn meanwhile, or another process wrote this part.
    if (events.length === 0) await this.files.deletePart(file, part);
  }

  private async nextPart({ programId, parts, position, requestedAt, ...row }: ExportDocument): Promise<Part> {
    const { timeZone } = (await this.lookups.program(programId)).policies;
    const { after, upTo } = periodOf(row, timeZone);
    // What is written later would make the end of the file depend on when it is read.
    const period = { after, upTo: upTo !== null && upTo < requestedAt ? upTo : requestedAt };
    let content = parts.length === 0 ? csv.start() : '';
    let rows = 0;
    for (let cursor = row.cursor ?? undefined; ;) {
      const from = cursor;
      const page = await this.freshness.at(position, () => this.messages.ofProgram(programId, period, from));
      content += csv.rows(page.documents.map((message) => rowOf(message, timeZone)));
      rows += page.documents.length;
      if (page.next === null || content.length >= PART_CHARACTERS)
        return { content, rows, cursor: page.next, percent: page.percent };
      cursor = page.next;
      // The other work of this process goes first.
      await setImmediate();
    }
  }
}
