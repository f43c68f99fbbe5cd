import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emailGatewayContract } from '@app/testing/contracts';
import { listMail } from './mail-folder.js';
import { MailFolderGateway } from './mail-folder.gateway.js';

emailGatewayContract('mail folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mail-'));
  return {
    gateway: new MailFolderGateway(join(folder, 'mail')),
    received: async () => (await listMail(join(folder, 'mail'))).map(({ raw }) => raw),
    close: () => rm(folder, { recursive: true }),
  };
});

it('N3: a folder that cannot be written gives an uncertain outcome, and no file', async () => {
  const gateway = new MailFolderGateway('/dev/null/mail');
  const email = {
    messageId: 'one',
    programId: 'p',
    to: { name: '', address: 'a@b.example' },
    fromName: '',
    subject: '',
    text: '',
    html: '',
  };
  expect((await gateway.send(email)).kind).toBe('uncertain');
  expect(await gateway.find('one')).toEqual({ kind: 'absent' });
});
