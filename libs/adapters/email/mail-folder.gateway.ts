import { randomUUID } from 'node:crypto';
import { access, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { EmailGateway, type Email, type FoundOutcome, type SendOutcome } from '@app/gateways';
import { composed } from './composed.js';

const FROM = 'no-reply@referral-messages.invalid';

/** Stores emails as files in a folder, one for each Message-ID: sending the same one again replaces its file. */
export class MailFolderGateway extends EmailGateway {
  constructor(private readonly folder: string) {
    super();
  }

  async send(email: Email): Promise<SendOutcome> {
    try {
      await mkdir(this.folder, { recursive: true });
      if (await this.exists(email.messageId)) return { kind: 'accepted', providerMessageId: email.messageId };
      const unfinished = join(this.folder, `.${randomUUID()}`);
      const file = await open(unfinished, 'wx');
      try {
        await file.writeFile(await composed(email, FROM).build());
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, this.path(email.messageId));
      return { kind: 'accepted', providerMessageId: email.messageId };
    } catch (error) {
      return { kind: 'uncertain', cause: (error as NodeJS.ErrnoException).code ?? 'write failed' };
    }
  }

  async find(messageId: string): Promise<FoundOutcome> {
    return (await this.exists(messageId)) ? { kind: 'found', providerMessageId: messageId } : { kind: 'absent' };
  }

  private path = (messageId: string): string => join(this.folder, `${messageId}.eml`);

  private exists(messageId: string): Promise<boolean> {
    return access(this.path(messageId)).then(
      () => true,
      () => false,
    );
  }
}
