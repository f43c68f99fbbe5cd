import { CommandHandler } from '@nestjs/cqrs';
import { notificationAggregate, type NotificationCommand } from '@app/domain/notification';
import { AggregateCommand } from '../commands/aggregate-command.js';
import { plainHandler } from '../commands/plain-handler.js';

export class HandleNotification extends AggregateCommand<NotificationCommand> {}

@CommandHandler(HandleNotification)
export class NotificationHandler extends plainHandler(notificationAggregate) {}
