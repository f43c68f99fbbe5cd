// Caches compiled code, as in the main thread.
import '@app/platform/require-node';

await import('./start-thread.js');
