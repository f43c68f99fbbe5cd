import formbody from '@fastify/formbody';
import fastify, { type FastifySchemaValidationError } from 'fastify';
import type { Account, AccountChange } from './accounts.js';
import { controlRoutes } from './control-routes.js';
import type { FaultSettings } from './faults.js';
import type { InboundInput, InboundResult } from './inbound.js';
import type { LedgerSnapshot } from './ledger.js';
import { API_VERSION } from './message.js';
import type { Outcome } from './outcomes.js';
import { Provider, type ProviderOptions } from './provider.js';
import { providerRoutes } from './provider-routes.js';

export type TwilioEmulatorOptions = ProviderOptions & {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
};

/** A running emulator. Each operation is also a control route, for callers in another process. */
export type TwilioEmulator = {
  /** The value for the SDK's `client.api.baseUrl`. */
  readonly url: string;
  /** A copy of everything received and sent so far. */
  ledger(): LedgerSnapshot;
  /** Receives a contact's text; resolves when the webhook was answered or given up. */
  inbound(input: InboundInput): Promise<InboundResult>;
  setFaults(settings: FaultSettings): void;
  setOutcome(outcome: Outcome): void;
  /** Posts the held callbacks and ends the hold; resolves to their number. */
  releaseCallbacks(): Promise<number>;
  /** Adds an account or changes it; values that the change leaves out stay. */
  putAccount(accountSid: string, change: AccountChange): Account;
  /** Forgets messages, ledger, opt-outs, outcomes and faults; accounts stay. */
  reset(): void;
  /** Stops timers, posts and connections, including unanswered ones. */
  close(): Promise<void>;
};

/** Starts a stand-in for the provider. */
export async function startTwilioEmulator(options: TwilioEmulatorOptions = {}): Promise<TwilioEmulator> {
  const provider = new Provider(options);
  const app = fastify({
    // Unanswered creates keep their connections; closing must not wait for them.
    forceCloseConnections: true,
    bodyLimit: 20 * 1024 * 1024,
    schemaErrorFormatter: describeErrors,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  try {
    await app.register(formbody);
    await app.register(controlRoutes(provider));
    await app.register(providerRoutes(provider), { prefix: `/${API_VERSION}/Accounts/:accountSid` });
    provider.url = await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  } catch (error) {
    await app.close();
    provider.close();
    throw error;
  }
  return {
    url: provider.url,
    ledger: () => provider.ledger.snapshot(),
    inbound: (input) => provider.inbound.receive(input),
    setFaults: (settings) => {
      provider.faults.set(settings);
    },
    setOutcome: (outcome) => {
      provider.outcomes.set(outcome);
    },
    releaseCallbacks: () => provider.lives.release(),
    putAccount: (accountSid, change) => provider.accounts.put(accountSid, change),
    reset: () => {
      provider.reset();
    },
    close: async () => {
      provider.stop();
      await app.close();
      provider.close();
    },
  };
}

/** Fastify's message for a wrong body, with the name of an unexpected property. */
function describeErrors(errors: readonly FastifySchemaValidationError[], part: string): Error {
  return new Error(
    errors
      .map(({ instancePath, message = '', params }) => {
        const extra = typeof params['additionalProperty'] === 'string' ? `: ${params['additionalProperty']}` : '';
        return `${part}${instancePath} ${message}${extra}`;
      })
      .join(', '),
  );
}
