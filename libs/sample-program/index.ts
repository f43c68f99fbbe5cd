export * from './sample-program.js';
