import { Command, InvalidArgumentError } from 'commander';
import type { Account } from './accounts.js';
import { startTwilioEmulator } from './emulator.js';

type Options = { host: string; port: number; account: Account[]; smsUrl?: string; ledgerFile?: string };

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

function readAccount(text: string, known: Account[]): Account[] {
  const [, accountSid = '', authToken = '', numbers = ''] =
    /^(AC[0-9a-fA-F]{32}):([^:]+):(\+\d+(?:,\+\d+)*)$/.exec(text) ?? [];
  if (accountSid === '') throw new InvalidArgumentError('expected SID:TOKEN:+number[,+number…].');
  return [...known, { accountSid, authToken, numbers: numbers.split(',').map((phoneNumber) => ({ phoneNumber })) }];
}

const command = new Command('twilio-emulator')
  .description('A local stand-in for the Twilio messages API. Prints one line of JSON with its URL when it listens.')
  .option('--host <host>', 'address to listen on', '127.0.0.1')
  .option('--port <port>', 'port to listen on, 0 for any free one', readPort, 0)
  .option('--account <SID:TOKEN:+number[,…]>', 'an account and its numbers; may be repeated', readAccount, [])
  .option('--sms-url <url>', 'where inbound messages to these numbers are posted')
  .option('--ledger-file <path>', 'append received and accepted creates to this file as JSON lines')
  .parse();

const options = command.opts<Options>();
const { host, port, smsUrl, ledgerFile } = options;
const accounts = options.account.map((account) => ({
  ...account,
  numbers: account.numbers.map((number) => ({ ...number, ...(smsUrl === undefined ? {} : { smsUrl }) })),
}));
const emulator = await startTwilioEmulator({
  host,
  port,
  accounts,
  ...(ledgerFile === undefined ? {} : { ledgerFile }),
}).catch((error: unknown) => command.error(error instanceof Error ? error.message : String(error)));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void emulator.close());
}
process.stdout.write(`${JSON.stringify({ url: emulator.url })}\n`);
