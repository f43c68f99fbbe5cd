import { Module } from '@nestjs/common';
import { AutomationModule } from '../../automation/src/automation.module.js';
import { NotifierModule } from '../../notifier/src/notifier.module.js';
import { ProjectorModule } from '../../projector/src/projector.module.js';
import { PublisherModule } from '../../publisher/src/publisher.module.js';

/** Everything but the API. */
@Module({ imports: [ProjectorModule, PublisherModule, AutomationModule, NotifierModule] })
export class FollowersModule {}
