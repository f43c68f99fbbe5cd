import type { JestEnvironmentConfig } from '@jest/environment';
import NativeEnvironment from './native-environment.js';

it('a variable that a spec sets is not there in later specs', async () => {
  const { exit, env } = process;
  const { console } = globalThis;
  const config = { projectConfig: { fakeTimers: {} } } as unknown as JestEnvironmentConfig;
  try {
    for (let spec = 0; spec < 2; spec += 1) {
      process.env['SET_BY_A_SPEC'] = 'yes';
      await new NativeEnvironment(config).teardown();
      expect(process.env['SET_BY_A_SPEC']).toBeUndefined();
    }
  } finally {
    Object.assign(process, { exit, env });
    Object.assign(globalThis, { console });
    delete process.env['SET_BY_A_SPEC'];
  }
});
