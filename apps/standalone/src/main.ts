import '@app/platform/require-node';

const { main } = await import('./start.js');
await main();
