import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { listMail, mailFolder } from '@app/composition';
import { Caller, Configuration, Requires, type CallerIdentity } from '@app/platform';

/** The emails of the caller's program in the mail folder, for development. */
@ApiExcludeController()
@Controller('dev/mail')
export class DevMailController {
  constructor(private readonly configuration: Configuration) {}

  @Get()
  @Requires('deliveries:settle', 'messages:read')
  list(@Caller() { programId }: CallerIdentity): Promise<readonly { file: string; raw: string }[]> {
    return listMail(mailFolder(this.configuration.DATA_DIR), programId);
  }
}
