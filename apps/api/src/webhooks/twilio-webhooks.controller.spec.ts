import type { FastifyRequest } from 'fastify';
import type { Lookups } from '@app/application';
import { EngineUnavailable } from '@app/eventing';
import { ProgramNotFound } from '@app/domain/program';
import type { PublicAddress } from '@app/platform';
import { TwilioWebhooksController, WebhookNotGenuine } from './twilio-webhooks.controller.js';

describe('webhooks of the provider', () => {
  const post = (failure: Error): Promise<string> => {
    const lookups = { program: () => Promise.reject(failure) } as unknown as Lookups;
    const address = { url: Promise.resolve('http://127.0.0.1') } as unknown as PublicAddress;
    const controller = new TwilioWebhooksController({} as never, lookups, {} as never, address, {} as never);
    return controller.message('program-1', { MessageSid: `SM${'0'.repeat(32)}` }, { url: '/', headers: {} } as FastifyRequest);
  };

  it('T4: with the record away it says so, and not that the text is not genuine: it comes again', async () => {
    await expect(post(new EngineUnavailable('EventStoreDB'))).rejects.toBeInstanceOf(EngineUnavailable);
  });

  it('whether a program exists is not told', async () => {
    await expect(post(new ProgramNotFound())).rejects.toBeInstanceOf(WebhookNotGenuine);
  });
});
