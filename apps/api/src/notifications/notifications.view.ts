import { ObjectType } from '@nestjs/graphql';
import { emailChoices, type EmailChoice } from '@app/kernel';
import type { NotificationView } from '@app/read-models';
import { CommandDto } from '../http/command.view.js';
import { connectionOf, pageOf } from '../http/page.view.js';
import { Nullable, OneOf } from '../http/view-fields.js';

/** How the caller is notified. */
@ObjectType('Preferences')
export class PreferencesDto {
  /** Own choice of emails about messages; null: as the program decides. */
  @OneOf(emailChoices, { nullable: true }) readonly email!: EmailChoice | null;
  /** The choice in force. */
  @OneOf(emailChoices) readonly emailInForce!: EmailChoice;
  /** -1 while nothing was chosen. */
  readonly revision!: number;
}

@ObjectType('PreferencesPayload')
export class PreferencesPayload extends CommandDto {}

/** An email about one message to the caller, sent or not. */
@ObjectType('Notification')
export class NotificationDto implements NotificationView {
  readonly id!: string;
  @OneOf(['email']) readonly channel!: 'email';
  readonly conversationId!: string;
  readonly messageId!: string;
  @OneOf(['waiting', 'sent', 'not-sent', 'uncertain']) readonly state!: NotificationView['state'];
  /** Why it was not sent, or is uncertain: a rule, or the mail server’s code. */
  @Nullable() readonly reason!: string | null;
  @Nullable() readonly reasonInWords!: string | null;
  /** Id of the notification whose email tells about this message too. */
  @Nullable() readonly digestId!: string | null;
  readonly decidedAt!: string;
  readonly changedAt!: string;
}
export class NotificationsDto extends pageOf(NotificationDto) {}
export const NotificationConnection = connectionOf('Notification', NotificationDto);
