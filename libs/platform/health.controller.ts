import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Checkpoints, Journal } from '@app/eventing';
import { Public } from './authentication.js';
import { Readiness } from './readiness.js';

@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly readiness: Readiness,
  ) {}

  /** The process answers. */
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** The engines answer, and nothing keeps this process from its work. @throws NotReady */
  @Get('ready')
  async ready(): Promise<{ status: 'ready' }> {
    await Promise.all([this.journal.head(), this.checkpoints.get('inbox')]);
    await this.readiness.check();
    return { status: 'ready' };
  }
}
