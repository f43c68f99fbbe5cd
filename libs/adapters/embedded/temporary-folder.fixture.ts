import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded, type Embedded, type EmbeddedOptions } from './open-embedded.js';

/** A folder for one test, with what is opened in it. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'embedded-'));
  #open: Embedded | undefined;

  async open(options?: EmbeddedOptions): Promise<Embedded> {
    this.#open = await openEmbedded(this.path, options);
    return this.#open;
  }

  async reopen(): Promise<Embedded> {
    await this.#open?.close();
    return this.open();
  }

  async remove(): Promise<void> {
    await this.#open?.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}
