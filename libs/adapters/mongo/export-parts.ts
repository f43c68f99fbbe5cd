import { ExportFiles, type ExportFile } from '@app/eventing';
import { Binary, type Collection } from 'mongodb';
import type { Connection } from './connection.js';

type StoredPart = { readonly _id: string; readonly content: Binary };

/** Ids have no spaces. */
const prefixOf = ({ programId, exportId }: ExportFile): string => `${programId} ${exportId} `;

/** A document for each part, in the collection `exportParts`: a part is smaller than the largest document. */
export class MongoExportParts extends ExportFiles {
  constructor(private readonly connection: Connection) {
    super();
  }

  async put(file: ExportFile, part: string, content: string): Promise<void> {
    const stored = { content: new Binary(Buffer.from(content)) };
    await this.#reach((parts) => parts.replaceOne({ _id: prefixOf(file) + part }, stored, { upsert: true }));
  }

  async get(file: ExportFile, part: string): Promise<Buffer | null> {
    const stored = await this.#reach((parts) => parts.findOne({ _id: prefixOf(file) + part }));
    return stored && Buffer.from(stored.content.buffer);
  }

  async deletePart(file: ExportFile, part: string): Promise<void> {
    await this.#reach((parts) => parts.deleteOne({ _id: prefixOf(file) + part }));
  }

  async delete(file: ExportFile): Promise<void> {
    const prefix = prefixOf(file);
    await this.#reach((parts) => parts.deleteMany({ _id: { $gte: prefix, $lt: `${prefix}\uffff` } }));
  }

  #reach<Answer>(ask: (parts: Collection<StoredPart>) => Promise<Answer>): Promise<Answer> {
    return this.connection.reach((db) => ask(db.collection<StoredPart>('exportParts')));
  }
}
