import { count } from './row.js';

const LONG = 100_000;

/** Shows how far a long step is, five times; a short one is not shown. */
export function progressOf(what: string, total: number): (done: number) => void {
  let shown = 0;
  return (done) => {
    if (total < LONG || done - shown < total / 5) return;
    shown = done;
    process.stderr.write(`  ${count(done)} of ${count(total)} ${what}\n`);
  };
}
