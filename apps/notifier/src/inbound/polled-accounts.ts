import { Injectable, Logger } from '@nestjs/common';
import { Lookups } from '@app/application';
import { TemporaryFailure } from '@app/eventing';
import { isErased } from '@app/kernel';
import { logFailure } from '@app/platform';
import { ProgramQueries } from '@app/read-models';
import type { PolledNumber, PolledSender } from './missed-texts.js';

/**
 * Numbers that are listed with one token, one after the other. The token is part of the key: a program that names
 * another program's account with a wrong token must not delay the owner, and a new token is tried at once.
 */
export type PolledAccount = { readonly key: string; readonly programId: string; readonly numbers: PolledNumber[] };

/** The provider accounts of all programs. */
@Injectable()
export class PolledAccounts {
  private readonly logger = new Logger(PolledAccounts.name);

  constructor(
    private readonly lookups: Lookups,
    private readonly programs: ProgramQueries,
  ) {}

  /** By their keys. */
  async all(): Promise<ReadonlyMap<string, PolledAccount>> {
    const accounts = new Map<string, PolledAccount>();
    for await (const programId of this.programs.ids())
      for (const sender of await this.sendersOf(programId)) {
        const key = `${sender.accountSid} ${sender.authToken}`;
        const account = accounts.get(key) ?? { key, programId, numbers: [] };
        account.numbers.push({ programId, sender });
        accounts.set(key, account);
      }
    return accounts;
  }

  /** From the program's events, since no read model holds a token. A program that cannot be read is skipped. */
  private async sendersOf(programId: string): Promise<readonly PolledSender[]> {
    try {
      return (await this.lookups.program(programId)).senders.filter(
        (sender): sender is PolledSender => !isErased(sender.authToken),
      );
    } catch (error) {
      if (error instanceof TemporaryFailure) throw error;
      logFailure(this.logger, error, programId);
      return [];
    }
  }
}
