import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engines } from '@app/eventing';
import { openEmbedded, type EmbeddedOptions } from '@app/adapters/embedded';

/** A folder for one test, and the engines opened in it. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'embedded-'));
  #open: Engines | undefined;

  async open(options?: EmbeddedOptions): Promise<Engines> {
    this.#open = await openEmbedded(this.path, options);
    return this.#open;
  }

  async close(): Promise<void> {
    await this.#open?.close();
  }

  async reopen(options?: EmbeddedOptions): Promise<Engines> {
    await this.close();
    return this.open(options);
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.path, { recursive: true, force: true });
  }
}
