import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** pom.xml and the programs; the build does not copy them. */
const SOURCES = join(import.meta.dirname, '../../../../infra/engines');
const PROGRAMS = ['Main.java', 'OneStepBackend.java'].map((file) => join(SOURCES, file));
const OLDEST_JAVA = 17;

/** A tool that the real servers need is missing on this machine. */
export class MissingTool extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'MissingTool';
  }
}

/**
 * The class path of the engines: their jars and `Main`. The first call downloads them (47 MB) and shows it on stderr.
 * @throws {MissingTool} without a JDK, or without Maven if a download is needed
 */
export function engineClassPath(): string {
  classPath ??= makeClassPath();
  return classPath;
}

let classPath: string | undefined;

function makeClassPath(): string {
  needJava();
  const sources = [join(SOURCES, 'pom.xml'), ...PROGRAMS].map((file) => readFileSync(file));
  const key = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 12);
  const cache = process.env['ENGINES_CACHE'] ?? join(homedir(), '.cache/referral-messages/engines');
  const folder = join(cache, key);
  if (!existsSync(folder)) download(cache, folder);
  return [join(folder, '*'), folder].join(delimiter);
}

/** Downloaded beside its place and then moved, so that an interrupted download never counts as complete. */
function download(cache: string, folder: string): void {
  need('javac', ['-version'], 'The JDK (javac) is not on the PATH; a JRE is not enough');
  need('mvn', ['-version'], 'Maven (mvn), which downloads the servers, is not on the PATH');
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  try {
    console.error(`Downloading Kafka and mongo-java-server to ${folder}`);
    copyFileSync(join(SOURCES, 'pom.xml'), join(unfinished, 'pom.xml'));
    run('mvn', [
      '--batch-mode',
      '--file',
      join(unfinished, 'pom.xml'),
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${unfinished}`,
    ]);
    run('javac', ['-cp', join(unfinished, '*'), '-d', unfinished, ...PROGRAMS]);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(folder)) throw error;
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${command} failed; its output is above`, { cause: error });
}

function needJava(): void {
  const said = need('java', ['-version'], `Java ${OLDEST_JAVA} or later (java) is not on the PATH`);
  const version = /version "(\d+)/.exec(said)?.[1];
  if (Number(version) < OLDEST_JAVA)
    throw new MissingTool(`Java ${OLDEST_JAVA} or later is required; java reports ${version}`);
}

function need(command: string, args: readonly string[], otherwise: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new MissingTool(otherwise);
  return stdout + stderr;
}
