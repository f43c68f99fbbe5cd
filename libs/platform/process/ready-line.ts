import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const READY = /^\{(?:"app":"\w+",)?"url":".*\}$/;

/** The line of JSON in which a started process prints its address; log entries may come before. */
export const readyLine = (output: Readable): Promise<string> =>
  new Promise((resolve) => {
    createInterface({ input: output }).on('line', (line) => {
      if (READY.test(line)) resolve(line);
    });
  });
