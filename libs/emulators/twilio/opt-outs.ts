import { findService, type Account } from './accounts.js';

const STOP = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT']);
const START = new Set(['START', 'YES', 'UNSTOP']);
const HELP = new Set(['HELP', 'INFO']);

export type AutoAnswer = { readonly keyword: 'stop' | 'start' | 'help'; readonly body: string };

const STOPPED: AutoAnswer = {
  keyword: 'stop',
  body: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
};
const STARTED: AutoAnswer = {
  keyword: 'start',
  body: 'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
};
const HELPED: AutoAnswer = { keyword: 'help', body: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.' };

/** The provider's default opt-out: which contacts may not be texted from which numbers, and the automatic replies. */
export class OptOuts {
  private readonly blocked = new Set<string>();

  isBlocked(account: Account, ours: string, contact: string): boolean {
    return this.blocked.has(this.key(account, ours, contact));
  }

  /**
   * Reads an inbound message. A keyword counts only if it is the whole message; a reply is due once for each change,
   * and for every request for help. YES opts in again without a reply, because it is also an ordinary answer.
   */
  read(account: Account, ours: string, contact: string, body: string): AutoAnswer | null {
    const word = body.trim().toUpperCase();
    const key = this.key(account, ours, contact);
    if (STOP.has(word)) {
      if (this.blocked.has(key)) return null;
      this.blocked.add(key);
      return STOPPED;
    }
    if (START.has(word)) {
      const changed = this.blocked.delete(key);
      return changed && word !== 'YES' ? STARTED : null;
    }
    return HELP.has(word) ? HELPED : null;
  }

  clear(): void {
    this.blocked.clear();
  }

  /** A number of a messaging service shares its opt-outs with the whole pool. */
  private key(account: Account, ours: string, contact: string): string {
    return `${findService(account, ours)?.sid ?? ours} ${contact}`;
  }
}
