import { AccessRefused, certificateProblem, EngineUnavailable, noValidCertificate, WRONG_LOGIN } from '@app/eventing';
import {
  MongoBulkWriteError,
  MongoClient,
  MongoError,
  MongoNetworkError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
  type Db,
} from 'mongodb';

const SELECTION_MS = 5_000;
/** A frozen server is noticed after this plus the time to connect; running calls fail then. */
const HEARTBEAT_MS = 2_000;
const WRITE_CONCERN_MS = 10_000;

/**
 * The database of one URL. Reads cannot be rolled back, writes are in the journals of a majority, and reads see earlier
 * writes, so the URL's own read and write concerns and read preference are overridden.
 */
export class Connection {
  readonly #client: MongoClient;
  #closed = false;

  constructor(url: string) {
    this.#client = new MongoClient(url, {
      serverSelectionTimeoutMS: SELECTION_MS,
      connectTimeoutMS: SELECTION_MS,
      heartbeatFrequencyMS: HEARTBEAT_MS,
      readPreference: 'primary',
      // Spelled as in a URL: the options `readConcern` and `writeConcern` would give way to the URL's.
      readConcernLevel: 'majority',
      w: 'majority',
      journal: true,
      wtimeoutMS: WRITE_CONCERN_MS,
      ignoreUndefined: true,
    });
  }

  /**
   * @throws EngineUnavailable when the server did not respond; the request may have been carried out
   * @throws AccessRefused when it responds and refuses the request
   */
  async reach<Answer>(ask: (db: Db) => Promise<Answer>): Promise<Answer> {
    if (this.#closed) throw new EngineUnavailable('MongoDB', new Error('The connection was closed'));
    try {
      // A client whose first connection failed answers nothing until it is told to connect again.
      await this.#client.connect();
      return await ask(this.#client.db());
    } catch (error) {
      const reason = reasonOf(error);
      throw refusalOf(reason) ?? (isUnavailable(reason) ? new EngineUnavailable('MongoDB', reason) : reason);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.close();
  }
}

/**
 * Codes of a server that is shutting down, cannot reach the others, or has aborted an operation because of a rename.
 */
const unavailableCodes = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  134, // ReadConcernMajorityNotAvailableYet
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  9001, // SocketException
  10058, // NotPrimary, from older servers
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

const AUTHENTICATION_FAILED = new Set([18, 8000 /* Atlas */]);
const UNAUTHORIZED = 13;

export function refusalOf(error: unknown): AccessRefused | null {
  const certificate = certificateProblem(error);
  if (certificate) return new AccessRefused('MongoDB', noValidCertificate(certificate));
  const code = error instanceof MongoError ? Number(error.code) : null;
  if (code !== null && AUTHENTICATION_FAILED.has(code)) return new AccessRefused('MongoDB', WRONG_LOGIN);
  return code === UNAUTHORIZED
    ? new AccessRefused(
        'MongoDB',
        'its user (nobody, if it names none) may not read and write the database; grant it the role readWrite',
      )
    : null;
}

/** A bulk write hides the driver's error. */
function reasonOf(error: unknown): unknown {
  const hidden: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : undefined;
  return hidden instanceof Error ? hidden : error;
}

function isUnavailable(error: unknown): boolean {
  return (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoOperationTimeoutError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoWriteConcernError ||
    (error instanceof MongoError && unavailableCodes.has(Number(error.code))) ||
    isNameUnknown(error)
  );
}

/** `mongodb+srv` resolves names, and the driver passes their errors on. */
const isNameUnknown = (error: unknown): boolean =>
  error instanceof Error && /^query(Srv|Txt)$/.test(String((error as NodeJS.ErrnoException).syscall));

export const isDuplicate = (error: unknown): boolean => error instanceof MongoError && error.code === 11000;
