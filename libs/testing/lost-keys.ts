import { randomBytes } from 'node:crypto';
import type { Keyring } from '@app/eventing';

/** Makes a running process lose keys, as when an older backup of the keys is restored under it. */
export class LostKeys {
  /** Keys that were created again for subjects whose keys are lost. */
  readonly made = new Map<string, Uint8Array>();
  private readonly lost = new Set<string>();

  constructor(keyring: Keyring) {
    const [get, ensure] = [keyring.get.bind(keyring), keyring.ensure.bind(keyring)];
    keyring.get = async (subjects) => {
      const kept = await get(subjects.filter((subject) => !this.lost.has(subject)));
      return new Map([
        ...kept,
        ...[...this.made].filter(([subject]) => this.lost.has(subject) && subjects.includes(subject)),
      ]);
    };
    keyring.ensure = async (subject) => {
      if (!this.lost.has(subject)) return ensure(subject);
      const key = this.made.get(subject) ?? randomBytes(32);
      this.made.set(subject, key);
      return key;
    };
  }

  lose(subject: string): void {
    this.lost.add(subject);
  }

  /** The newest backup of the keys is restored. */
  restore(): void {
    this.lost.clear();
  }
}
