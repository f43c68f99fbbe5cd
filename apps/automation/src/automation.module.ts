import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { ApplicationModule, Automation, type AutomatedEvent } from '@app/application';
import { Checkpoints, Journal, runFollower } from '@app/eventing';
import type { Message, Recorded } from '@app/kernel';
import { Background } from '@app/platform';

/**
 * Turns events into commands, one after the other in the order of the record: an inbound text finds the addresses and
 * texts that were there before it.
 */
@Module({ imports: [ApplicationModule] })
export class AutomationModule implements OnApplicationBootstrap {
  constructor(
    private readonly background: Background,
    private readonly journal: Journal,
    private readonly checkpoints: Checkpoints,
    private readonly automation: Automation,
  ) {}

  onApplicationBootstrap(): void {
    const { journal, checkpoints } = this;
    const handle = async (events: readonly Recorded<Message>[]): Promise<void> => {
      for (const event of events as readonly Recorded<AutomatedEvent>[]) await this.automation.react(event);
    };
    const follower = { name: 'automation', categories: Automation.categories, handle };
    this.background.start(follower.name, (signal) => runFollower({ journal, checkpoints }, follower, signal));
  }
}
