import type { JestEnvironment, JestEnvironmentConfig } from '@jest/environment';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

/** What Jest or a spec replaces, and the next spec of the same worker must find as it was. */
const { exit } = process;
const environment = { ...process.env };
const original = { console };

/** The globals of a spec are those of its process: the modules that specs share must see the same ones. */
export default class NativeEnvironment implements JestEnvironment {
  readonly global = globalThis as unknown as JestEnvironment['global'];
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly fakeTimers = null;
  readonly fakeTimersModern: ModernFakeTimers;

  constructor({ projectConfig: config }: JestEnvironmentConfig) {
    this.fakeTimersModern = new ModernFakeTimers({ config, global: globalThis });
  }

  async setup(): Promise<void> {
    // Nothing is made for one spec.
  }

  async teardown(): Promise<void> {
    this.fakeTimersModern.dispose();
    Object.assign(globalThis, original);
    Object.assign(process, { exit, env: environment });
  }

  exportConditions(): string[] {
    return [];
  }

  getVmContext(): null {
    return null;
  }
}
