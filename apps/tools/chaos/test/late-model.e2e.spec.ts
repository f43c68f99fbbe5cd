import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sampleMail } from '../cast.js';
import { until } from './kill-bench.fixture.js';
import { Product, programAt } from '../product.js';

test('a message that arrives before the read model shows the staff is notified to all of them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'late-'));
  const mail = join(folder, 'data', 'mail');
  const nodeOptions = ['--import', pathToFileURL(programAt('apps/tools/chaos/test/late-model.fixture.js')).href];
  const product = new Product({
    folder,
    port: 0,
    environment: { LATE_MODEL: 'members', TWILIO_API_URL: 'http://127.0.0.1:9' },
    nodeOptions,
  });
  try {
    await product.start();
    const mails = (): number =>
      existsSync(mail) ? readdirSync(mail).filter((name) => name.endsWith('.eml')).length : 0;
    await until('the mails about the message of the sample', () =>
      mails() === sampleMail.to.length ? true : undefined,
    );
  } finally {
    await product.end('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}, 30_000);
