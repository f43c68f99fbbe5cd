import type { SendOutcome } from '@app/gateways';
import type { Road } from '@app/domain/hold';

/** A call to a provider that is ready to be made, and the road it takes. */
export type ProviderCall = { readonly call: () => Promise<SendOutcome>; readonly road: Road };

/** The call, the rule that forbids it, or the time until which it waits. */
export type Prepared = ProviderCall | { readonly rule: string } | { readonly notBefore: string };
