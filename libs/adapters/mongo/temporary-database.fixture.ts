import { randomBytes, randomUUID } from 'node:crypto';
import { MasterKey, type MasterKeys } from '@app/eventing';
import { Connection } from './connection.js';

/** A separate database on the server of MONGODB_URL. @throws when there is none: no suite is skipped silently */
export class TemporaryDatabase {
  readonly url: string;
  readonly masterKeys: MasterKeys = [new MasterKey(randomBytes(32))];

  constructor() {
    const given = process.env['MONGODB_URL'];
    if (!given) throw new Error('MONGODB_URL is not set; `npm run engines -- up` starts the servers and prints it');
    this.url = given.replace(/^([^/]+\/\/[^/]+\/)\w+/, `$1spec_${randomUUID().replaceAll('-', '')}`);
  }

  async drop(): Promise<void> {
    const connection = new Connection(this.url);
    await connection.reach((db) => db.dropDatabase());
    await connection.close();
  }
}
