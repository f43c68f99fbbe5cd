import type { CreatedProgram } from '@app/application';
import type { Preference } from '@app/domain/preference';

/** Why the program or the person wants no emails about messages; `null` if they want them. */
export function whyNoEmails(
  { policies }: Pick<CreatedProgram, 'policies'>,
  { email, via }: Preference,
): 'ProgramEmailsOff' | 'EmailsOff' | 'Unsubscribed' | null {
  if (policies.emailNotifications === 'off') return 'ProgramEmailsOff';
  if (email !== 'off') return null;
  return via === 'unsubscribe' ? 'Unsubscribed' : 'EmailsOff';
}
