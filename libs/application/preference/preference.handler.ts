import { CommandHandler } from '@nestjs/cqrs';
import { preferenceAggregate, type PreferenceCommand } from '@app/domain/preference';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandlePreference extends AggregateCommand<PreferenceCommand> {}

@CommandHandler(HandlePreference)
export class PreferenceHandler extends plainHandler(preferenceAggregate) {}
