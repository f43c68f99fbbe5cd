import { SnapshotStore } from '@app/eventing';

export class SnapshotsInMemory extends SnapshotStore {
  readonly stored = new Map<string, string>();

  async get(stream: string): Promise<string | null> {
    return this.stored.get(stream) ?? null;
  }

  async put(stream: string, snapshot: string): Promise<void> {
    this.stored.set(stream, snapshot);
  }
}
