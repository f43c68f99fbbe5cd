import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { mailFolder, MailFolderGateway } from '@app/adapters';
import { Configuration, Requires } from '@app/platform';

/** What the mail folder holds, for development. */
@ApiExcludeController()
@Controller('dev/mail')
export class DevMailController {
  private readonly folder: MailFolderGateway;

  constructor({ DATA_DIR }: Configuration) {
    this.folder = new MailFolderGateway(mailFolder(DATA_DIR));
  }

  @Get()
  @Requires('deliveries:settle')
  list(): Promise<readonly { file: string; raw: string }[]> {
    return this.folder.list();
  }
}
