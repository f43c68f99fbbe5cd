import { CommandBus } from '@nestjs/cqrs';
import { ErasePerson, systemContext } from '@app/application';
import { TemporaryFailure } from '@app/eventing';
import { DomainError } from '@app/kernel';
import { InboxQueries, inboxProjection } from '@app/read-models';
import { storesOf, whileFollowed } from './read-model-copies.js';
import { Refused, withApplication } from './with-engines.js';

/** Erases a person of a program. @throws Refused */
export const erasePerson = (data: string | undefined, programId: string, contactId: string): Promise<void> =>
  withApplication(data, async (app) => {
    const stores = storesOf(app);
    const eraser = new ErasePerson(app.get(CommandBus), stores.progress, app.get(InboxQueries));
    try {
      const count = await whileFollowed(stores, inboxProjection, () =>
        eraser.erase(contactId, 'admin', systemContext(programId, 'admin')),
      );
      console.log(
        `Erased, with ${count} ${count === 1 ? 'conversation' : 'conversations'}. The keys are destroyed as soon as automation has reached this event.`,
      );
    } catch (error) {
      throw error instanceof DomainError || error instanceof TemporaryFailure ? new Refused(error.message) : error;
    }
  });
