import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const main = fileURLToPath(new URL('./main.js', import.meta.url));

describe('bench', () => {
  it('prints every row beside its aim, whatever comes out', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [main, '--short']);
    const rows = stdout
      .split('\n')
      .flatMap((line) => /^([a-d]) .+ \d+\.\d\d +([<>]= \d\.\d\d) /.exec(line)?.slice(1).join(' ') ?? []);
    expect(rows).toEqual(['a >= 0.70', 'b >= 0.65', 'c >= 0.40', 'd <= 1.30', 'd <= 1.30']);
  }, 60_000);

  it('refuses a row that does not exist', async () => {
    await expect(promisify(execFile)(process.execPath, [main, '--only', 'x'])).rejects.toMatchObject({ code: 1 });
  }, 60_000);
});
