import {
  commandsContract,
  eventStoreContract,
  keyringContract,
  partitionsContract,
  readModelStoreContract,
  schedulerContract,
  exportFilesContract,
  snapshotStoreContract,
  topicLogContract,
  type Opened,
} from '@app/testing/contracts';
import type { Engines } from '@app/eventing';
import { TemporaryFolder } from '@app/testing/embedded';
import type { EmbeddedOptions } from './index.js';

async function open<Ports extends object>(
  ports: (embedded: Engines) => Ports,
  options: EmbeddedOptions = {},
): Promise<Opened<Ports>> {
  const folder = new TemporaryFolder();
  return {
    ...ports(await folder.open(options)),
    reopen: async () => ports(await folder.reopen(options)),
    close: () => folder.remove(),
  };
}

eventStoreContract('embedded', () => open(({ eventStore }) => ({ store: eventStore })));
commandsContract('embedded', () => open(({ eventStore }) => ({ store: eventStore })));
readModelStoreContract('embedded', () => open(({ readModels, checkpoints }) => ({ store: readModels, checkpoints })));
partitionsContract('embedded', (partitions) =>
  open(({ readModels, checkpoints }) => ({ store: readModels, checkpoints }), { partitions }),
);
schedulerContract('embedded', () =>
  open(({ eventStore, readModels, checkpoints }) => ({ eventStore, readModels, checkpoints })),
);
snapshotStoreContract('embedded', () => open(({ snapshots }) => ({ snapshots })));
exportFilesContract('embedded', () => open(({ exportFiles }) => ({ exportFiles })));
topicLogContract('embedded', () => open(({ topics }) => ({ store: topics })));
keyringContract('embedded', () => open(({ keyring }) => ({ store: keyring, keys: keyring.store })));
