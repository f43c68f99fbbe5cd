import { EngineClock, type Bounds } from '@app/eventing';
import type { Connection } from './connection.js';

/** The server's clock, from its handshake. Uses the older command name, which every version and the stand-in know. */
export class MongoClock extends EngineClock {
  override readonly engine = 'MongoDB';

  constructor(private readonly connection: Connection) {
    super();
  }

  async atZero(): Promise<Bounds | null> {
    return this.connection.reach(async (db) => {
      const asked = performance.now();
      const { localTime } = (await db.command({ isMaster: 1 })) as { localTime?: unknown };
      const answered = performance.now();
      return localTime instanceof Date
        ? { least: localTime.getTime() - answered, most: localTime.getTime() - asked }
        : null;
    });
  }
}
