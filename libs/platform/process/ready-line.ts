import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const READY = /^\{(?:"app":"\w+",)?"url":".*\}$/;

/** The line of JSON by which a process that was started says where it listens; entries of its log may come before. */
export const readyLine = (output: Readable): Promise<string> =>
  new Promise((resolve) => {
    createInterface({ input: output }).on('line', (line) => {
      if (READY.test(line)) resolve(line);
    });
  });
