import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Checkpoints, EventLog, RecordCheck, UnusableData } from '@app/eventing';
import { Public } from '../auth/authentication.js';
import { NotReady, Readiness } from '../process/readiness.js';

@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly eventLog: EventLog,
    private readonly checkpoints: Checkpoints,
    private readonly readiness: Readiness,
    private readonly recordCheck: RecordCheck,
  ) {}

  /** The process responds. */
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** The engines respond, and nothing keeps this process from its work. @throws NotReady */
  @Get('ready')
  async ready(): Promise<{ status: 'ready' }> {
    await Promise.all([this.eventLog.head(), this.checkpoints.get('inbox')]);
    try {
      await this.recordCheck.pass();
      // A query in a process with other parts would wait for checkpoints that nobody moves any more.
      await this.recordCheck.passParts();
    } catch (error) {
      throw error instanceof UnusableData ? new NotReady(error.message) : error;
    }
    await this.readiness.check();
    return { status: 'ready' };
  }
}
