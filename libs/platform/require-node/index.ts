import module from 'node:module';
import { fileURLToPath } from 'node:url';

// The program needs a recent Node; with an older one it prints one line and ends, before anything is loaded that needs
// the newer one.
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  console.error(
    `Referral Messages needs Node 24, this is ${process.version}. Start it with "npm start", which includes Node 24, or install Node 24: https://nodejs.org`,
  );
  process.exit(1);
}

// Compiled code is cached beside the build, which makes the next start faster; not if the folder is read-only, as in
// the image.
module.enableCompileCache(fileURLToPath(new URL('../../../.compile-cache', import.meta.url)));

// With --enable-source-maps (npm run dev) only our own files need theirs: reading all libraries' costs 0.2 s of a start.
if (process.sourceMapsEnabled) module.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
