// The embedded engines are part of Node 24; an older one is told so in one line, before anything is loaded.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(`Referral Messages needs Node 24, this is ${process.version}. Start it by "npm start", which brings its own, or install Node 24: https://nodejs.org`);
  process.exit(1);
}

const { main } = await import('./start.js');
await main();

export {};
