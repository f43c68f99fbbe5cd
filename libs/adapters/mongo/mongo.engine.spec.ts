import { keyringContract, readModelStoreContract, type Opened } from '@app/testing/contracts';
import { openMongo, type Mongo } from './index.js';

const url = process.env['MONGODB_URL'] ?? '';
if (url === '') throw new Error('MONGODB_URL is not set; start the servers by `npm run engines -- up`');

async function open<Ports extends object>(ports: (mongo: Mongo) => Ports): Promise<Opened<Ports>> {
  let mongo = await openMongo({ url });
  return {
    ...ports(mongo),
    reopen: async () => {
      await mongo.close();
      mongo = await openMongo({ url });
      return ports(mongo);
    },
    close: () => mongo.close(),
  };
}

readModelStoreContract('MongoDB', () => open(({ readModels, checkpoints }) => ({ store: readModels, checkpoints })));
keyringContract('MongoDB', () => open(({ keyring }) => ({ store: keyring })));
