import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Checkpoints, Journal } from '@app/eventing';
import { Public } from './authentication.js';

@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
  ) {}

  /** The process answers. */
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** The engines answer. */
  @Get('ready')
  async ready(): Promise<{ status: 'ready' }> {
    await Promise.all([this.journal.head(), this.checkpoints.get('inbox')]);
    return { status: 'ready' };
  }
}
