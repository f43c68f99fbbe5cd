import { setTimeout as pause } from 'node:timers/promises';
import { startTwilioEmulator, type TwilioEmulator } from '@app/emulators/twilio';
import { sample } from '@app/sample-program';
import { answerParent } from './child.js';
import { account } from './provider-account.js';

export type ProviderQuestion =
  | { readonly type: 'start' }
  | { readonly type: 'delivered'; /** Texts since the last question. */ readonly texts: number };
export type ProviderAnswer = {
  readonly url: string;
  /** When each text was handed over; ms since 1970. */
  readonly received: readonly { readonly text: string; readonly at: number }[];
};

const LOOK_MS = 100;
const LONGEST_WAIT_MS = 120_000;

let emulator: TwilioEmulator | undefined;

/** The provider's emulator in a process of its own, which no measurement of the product includes. */
answerParent<ProviderQuestion, ProviderAnswer>(
  async (question) => {
    const numbers = [{ phoneNumber: sample.senderPhone }];
    emulator ??= await startTwilioEmulator({ accounts: [{ ...account, numbers }] });
    return { url: emulator.url, received: question.type === 'start' ? [] : await delivered(emulator, question.texts) };
  },
  async () => emulator?.close(),
);

/** Resolves when the product has answered the last receipt of each text. */
async function delivered({ ledger, reset }: TwilioEmulator, texts: number): Promise<ProviderAnswer['received']> {
  for (const end = performance.now() + LONGEST_WAIT_MS; performance.now() < end; await pause(LOOK_MS)) {
    const { creates, callbacks } = ledger();
    const answered = callbacks.filter((one) => one.status === 'delivered' && one.answered === 204);
    if (answered.length < texts) continue;
    reset();
    return creates.map(({ body, at }) => ({ text: body, at: Date.parse(at) }));
  }
  throw new Error(`${texts} texts were not delivered in time`);
}
