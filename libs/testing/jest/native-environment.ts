import type { JestEnvironment, JestEnvironmentConfig } from '@jest/environment';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

/** Properties that Jest or a spec replaces, and that must be restored for the next spec of the same worker. */
const { exit } = process;
const environment = { ...process.env };
const original = { console };

/** The globals of a spec are those of its process: modules shared by specs must see the same ones. */
export default class NativeEnvironment implements JestEnvironment {
  readonly global = globalThis as unknown as JestEnvironment['global'];
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly fakeTimers = null;
  readonly fakeTimersModern: ModernFakeTimers;

  constructor({ projectConfig: config }: JestEnvironmentConfig) {
    this.fakeTimersModern = new ModernFakeTimers({ config, global: globalThis });
  }

  async setup(): Promise<void> {
    // Nothing is created for a single spec.
  }

  async teardown(): Promise<void> {
    this.fakeTimersModern.dispose();
    Object.assign(globalThis, original);
    Object.assign(process, { exit, env: { ...environment } });
  }

  exportConditions(): string[] {
    return [];
  }

  getVmContext(): null {
    return null;
  }
}
