import { availableParallelism } from 'node:os';

export default {
  roots: ['<rootDir>/dist'],
  transform: {},
  testMatch: ['**/*.spec.js'],
  testEnvironment: '<rootDir>/dist/libs/testing/jest/native-environment.js',
  testRunner: '<rootDir>/dist/libs/testing/jest/native-runner.js',
  // More than there are cores: for a third of the time the specs wait for processes and for pauses before a retry.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testTimeout: 30_000,
};
