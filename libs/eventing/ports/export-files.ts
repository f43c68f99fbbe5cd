/** A file of messages, which is stored in parts. */
export type ExportFile = { readonly programId: string; readonly exportId: string };

/** The parts of exported files. They are content that people wrote, and are deleted when their export ends. */
export abstract class ExportFiles {
  /** Stores a part under a new name. It is complete and durable when this resolves. */
  abstract put(file: ExportFile, part: string, content: string): Promise<void>;
  /** `null` when it was deleted. */
  abstract get(file: ExportFile, part: string): Promise<Buffer | null>;
  abstract deletePart(file: ExportFile, part: string): Promise<void>;
  /** Deletes all parts of the file; there may be none. */
  abstract delete(file: ExportFile): Promise<void>;
}
