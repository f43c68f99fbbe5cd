import '@app/platform/require-node';

await import('./start.js');
