import { CommandBus } from '@nestjs/cqrs';
import { HandleProgram, Lookups, systemContext } from '@app/application';
import { ProgramNotFound, type ProgramCommand, type Sender } from '@app/domain/program';
import type { Configuration } from '@app/platform';
import { Refused, withApplication } from './with-engines.js';

type OfSender = { readonly data?: string; readonly program: string; readonly phone: string };

/** Texts are sent with the new token at once; the provider may sign webhooks with either. @throws Refused */
export const changeToken = (asked: OfSender): Promise<void> =>
  ofSender(
    asked,
    ({ senderId, phone, accountSid }, { TWILIO_AUTH_TOKEN: authToken }) => {
      if (authToken === undefined) throw new Refused('TWILIO_AUTH_TOKEN must be given: the new one');
      return { type: 'AddSender', data: { programId: asked.program, senderId, phone, accountSid, authToken } };
    },
    'Texts are sent with the new token. When the provider signs webhooks only with the new token, run: admin end-token-rotation',
  );

/** @throws Refused */
export const endTokenRotation = (asked: OfSender): Promise<void> =>
  ofSender(
    asked,
    ({ senderId }) => ({ type: 'EndTokenRotation', data: { programId: asked.program, senderId } }),
    'Webhooks are accepted only when signed with the new token',
  );

const ofSender = (
  { data, program: programId, phone }: OfSender,
  commandFor: (sender: Sender, configuration: Configuration) => ProgramCommand,
  done: string,
): Promise<void> =>
  withApplication(data, async (app, configuration) => {
    const program = await app
      .get(Lookups)
      .program(programId)
      .catch((error: unknown) => {
        if (error instanceof ProgramNotFound) throw new Refused(`There is no program ${programId}`);
        throw error;
      });
    const sender = program.senders.find((each) => each.phone === phone);
    if (!sender) throw new Refused(`Program ${programId} has no number ${phone}`);
    await app
      .get(CommandBus)
      .execute(new HandleProgram(programId, commandFor(sender, configuration), systemContext(programId, 'admin')));
    console.log(done);
  });
