import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { listMail, mailFolder } from '@app/adapters';
import { Configuration, Requires } from '@app/platform';

/** What the mail folder holds, for development. */
@ApiExcludeController()
@Controller('dev/mail')
export class DevMailController {
  constructor(private readonly configuration: Configuration) {}

  @Get()
  @Requires('deliveries:settle')
  list(): Promise<readonly { file: string; raw: string }[]> {
    return listMail(mailFolder(this.configuration.DATA_DIR));
  }
}
