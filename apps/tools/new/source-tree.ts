import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** The skeleton cannot be written. The message says what to change. */
export class Refusal extends Error {}

/** The source files, and their changes, which are written together: a refusal writes nothing. */
export class SourceTree {
  readonly #changed = new Map<string, string>();
  /** What the developer must write, each with its file. */
  readonly byHand: string[] = [];

  constructor(private readonly root = '.') {}

  has(path: string): boolean {
    return this.#changed.has(path) || existsSync(join(this.root, path));
  }

  list(folder: string): readonly string[] {
    return readdirSync(join(this.root, folder)).sort();
  }

  read(path: string): string {
    return this.#changed.get(path) ?? readFileSync(join(this.root, path), 'utf8');
  }

  create(path: string, text: string): void {
    if (this.has(path)) throw new Refusal(`${path} exists already; choose another name`);
    this.#changed.set(path, text);
  }

  change(path: string, ...edits: readonly ((text: string) => string)[]): void {
    try {
      this.#changed.set(
        path,
        edits.reduce((text, edit) => edit(text), this.read(path)),
      );
    } catch (error) {
      throw error instanceof Refusal ? new Refusal(`${path}: ${error.message}`) : error;
    }
  }

  /** Formats and writes all changes; returns the paths. */
  async write(): Promise<readonly string[]> {
    for (const [path, text] of this.#changed) {
      const file = join(this.root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
    }
    return [...this.#changed.keys()];
  }
}
