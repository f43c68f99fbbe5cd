import type { FastifyRequest } from 'fastify';
import type { Lookups } from '@app/application';
import { EngineUnavailable } from '@app/eventing';
import { WebhookSignatures } from '@app/gateways';
import { ERASED } from '@app/kernel';
import { signForm } from '@app/emulators/twilio';
import { TwilioWebhookSignatures } from '@app/adapters/twilio';
import { ProgramNotFound } from '@app/domain/program';
import { loadConfiguration, type PublicAddress } from '@app/platform';
import { TwilioWebhooksController, WebhookNotGenuine } from './twilio-webhooks.controller.js';

describe('webhooks of the provider', () => {
  const post = (failure: Error): Promise<string> => {
    const lookups = { program: () => Promise.reject(failure) } as unknown as Lookups;
    const address = { url: Promise.resolve('http://127.0.0.1') } as unknown as PublicAddress;
    const controller = new TwilioWebhooksController(
      {} as never,
      lookups,
      {} as never,
      address,
      {} as never,
      {} as never,
      loadConfiguration({}),
    );
    return controller.message('program-1', { MessageSid: `SM${'0'.repeat(32)}` }, {
      url: '/',
      ip: '127.0.0.1',
      headers: { 'x-twilio-signature': `${'A'.repeat(27)}=` },
    } as unknown as FastifyRequest);
  };

  it('T4: while the event store is unavailable, the response is not that the text is forged: the provider retries', async () => {
    await expect(post(new EngineUnavailable('EventStoreDB'))).rejects.toBeInstanceOf(EngineUnavailable);
  });

  describe('X8, T3: a sender whose token was erased accepts nothing', () => {
    const form = {
      MessageSid: `SM${'0'.repeat(32)}`,
      AccountSid: 'AC1',
      From: '+14155550199',
      To: '+14155550100',
      Body: 'STOP',
    };
    const url = '/webhooks/twilio/program-1/messages';
    const postSigned = (
      authToken: unknown,
      token: string,
      signatures: WebhookSignatures = new TwilioWebhookSignatures(),
    ): Promise<string> => {
      const lookups = {
        program: () =>
          Promise.resolve({
            senders: [{ senderId: 's', accountSid: 'AC1', phone: form.To, authToken, previousAuthToken: null }],
          }),
      } as unknown as Lookups;
      const address = { url: Promise.resolve('http://127.0.0.1') } as unknown as PublicAddress;
      const inbound = { accept: () => Promise.resolve() } as never;
      const request = {
        url,
        id: 'request-1',
        ip: '127.0.0.1',
        headers: { 'x-twilio-signature': signForm(token, `http://127.0.0.1${url}`, form) },
      } as unknown as FastifyRequest;
      return new TwilioWebhooksController(
        {} as never,
        lookups,
        signatures,
        address,
        inbound,
        {} as never,
        loadConfiguration({}),
      ).message('program-1', form, request);
    };

    it('with the token, a signed form is accepted', async () => {
      expect(await postSigned('a'.repeat(32), 'a'.repeat(32))).toContain('<Response/>');
    });

    it.each(['[erased]', '', JSON.stringify(ERASED), String(ERASED), 'erased', 'true', 'undefined', 'null'])(
      'signed with %j',
      async (token) => {
        await expect(postSigned(ERASED, token)).rejects.toBeInstanceOf(WebhookNotGenuine);
      },
    );

    it("whatever the result of the provider's check", async () => {
      const credulous = new (class extends WebhookSignatures {
        isGenuine = (): boolean => true;
      })();
      await expect(postSigned(ERASED, 'any', credulous)).rejects.toBeInstanceOf(WebhookNotGenuine);
    });
  });

  it('the response does not show whether a program exists', async () => {
    await expect(post(new ProgramNotFound())).rejects.toBeInstanceOf(WebhookNotGenuine);
  });
});
