import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileLock, FileTaken } from './sqlite.js';

/** Another process uses the folder. */
export class FolderLocked extends Error {
  constructor(
    readonly folder: string,
    readonly pid: string,
  ) {
    super(`${folder} is in use by process ${pid}. Stop that process, or give this one a folder of its own.`);
    this.name = 'FolderLocked';
  }
}

/** Creates the folder and locks it for this process. Returns a function that unlocks it. @throws FolderLocked */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The pid file is for people; the lock reserves the folder.
  const pidFile = join(folder, 'pid');
  const lock = take(folder, pidFile);
  writeFileSync(pidFile, `${process.pid}\n`);
  return () => {
    rmSync(pidFile, { force: true });
    lock.release();
  };
}

function take(folder: string, pidFile: string): FileLock {
  try {
    return new FileLock(join(folder, 'lock'));
  } catch (error) {
    if (error instanceof FileTaken) throw new FolderLocked(folder, readPid(pidFile));
    throw error;
  }
}

function readPid(pidFile: string): string {
  try {
    return readFileSync(pidFile, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
