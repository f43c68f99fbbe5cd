import '@app/platform/require-node';

const { admin } = await import('./commands.js');
await admin();
