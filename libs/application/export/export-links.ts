import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '@app/eventing';
import { DomainError } from '@app/kernel';
import { ProgramNotFound } from '@app/domain/program';
import { Lookups } from '../lookups/lookups.js';

type Holder = { readonly programId: string; readonly userId: string };

/**
 * Links to the file of one export, for one member of staff, until the export expires: browsers can open them without an
 * access token. They are signed with the program's own key, and stored nowhere.
 */
@Injectable()
export class ExportLinks {
  constructor(
    private readonly lookups: Lookups,
    private readonly clock: Clock,
  ) {}

  async linkFor(holder: Holder, exportId: string, expiresAt: string): Promise<string> {
    const signature = await this.sign(holder, exportId, expiresAt);
    const said = Buffer.from(JSON.stringify([holder.programId, holder.userId, expiresAt])).toString('base64url');
    return `/v1/exports/${exportId}/file?link=${said}.${signature}`;
  }

  /** The person for whom the link was made. @throws ExportLinkInvalid */
  async holderOf(exportId: string, link: string): Promise<Holder> {
    const [said = '', signature = ''] = link.split('.');
    const [programId, userId, expiresAt] = partsOf(said);
    // Keys are created for programs that exist only.
    await this.lookups.program(programId).catch((error: unknown) => {
      throw error instanceof ProgramNotFound ? new ExportLinkInvalid() : error;
    });
    const expected = Buffer.from(await this.sign({ programId, userId }, exportId, expiresAt));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new ExportLinkInvalid();
    if (Date.parse(expiresAt) <= this.clock.now()) throw new ExportLinkInvalid();
    return { programId, userId };
  }

  private sign({ programId, userId }: Holder, exportId: string, expiresAt: string): Promise<string> {
    return this.lookups.naturalKeys.exportLink(programId, exportId, userId, expiresAt);
  }
}

/** @throws ExportLinkInvalid */
function partsOf(said: string): readonly [programId: string, userId: string, expiresAt: string] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(said, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string' && part !== ''))
      return parts as unknown as [string, string, string];
  } catch {
    // Not JSON: forged too.
  }
  throw new ExportLinkInvalid();
}

export class ExportLinkInvalid extends DomainError {
  readonly code = 'ExportLinkInvalid';
  override readonly kind = 'unauthenticated';
  override readonly field = 'link';
  constructor() {
    super('The link is not valid, or its time is over; sign in and ask for the export again');
  }
}
