import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Lookups } from '@app/application';
import { DomainError, permissionsOf } from '@app/kernel';
import { callerKey, type CallerIdentity, type Identity } from '@app/platform';
import { PortalClosed } from '../portal/contact-active.js';

const CALLERS_IN_MEMORY = 20_000;
/** A change of a person's membership, role or permissions is in force in less than a minute. */
const MEMBER_MS = 50_000;
/** A new member need not wait long. */
const NO_MEMBER_MS = 2_000;

/** Concurrent requests share one lookup. `until` is a time of this process, in ms. */
type Looked = { readonly caller: Promise<CallerIdentity | null>; until: number };

const contactMay = { role: 'contact', permissions: permissionsOf({ role: 'contact' }) } as const;

/**
 * The role and permissions of the person that a token names, according to the event store. Looked up once for each
 * person and minute; while the event store is unavailable, people who were looked up before are served for the rest of
 * that minute.
 */
@Injectable()
export class Membership {
  private readonly known = new LRUCache<string, Looked>({ max: CALLERS_IN_MEMORY });

  constructor(private readonly lookups: Lookups) {}

  /** A contact is not a member; more of a contact's access is checked where data is shown. @throws NotAMember, PortalClosed */
  async callerOf(person: Identity): Promise<CallerIdentity> {
    const key = callerKey(person);
    const known = this.known.get(key);
    const caller = await (known && performance.now() < known.until ? known : this.look(key, person)).caller;
    if (!caller) throw person.kind === 'contact' ? new PortalClosed() : new NotAMember();
    return caller;
  }

  private look(key: string, person: Identity): Looked {
    const now = performance.now();
    const caller = person.kind === 'contact' ? this.contact(person) : this.member(person);
    const looked: Looked = { caller, until: now + MEMBER_MS };
    this.known.set(key, looked);
    caller.then(
      (is) => void (is || (looked.until = now + NO_MEMBER_MS)),
      () => void (looked.until = now),
    );
    return looked;
  }

  private async member(person: Identity): Promise<CallerIdentity | null> {
    const member = await this.lookups.member(person.programId, person.id);
    return member && { ...person, role: member.role, permissions: permissionsOf(member) };
  }

  private async contact(person: Identity): Promise<CallerIdentity | null> {
    return (await this.lookups.isRemoved(person.programId, person.id)) ? null : { ...person, ...contactMay };
  }
}

export class NotAMember extends DomainError {
  readonly code = 'NotAMember';
  override readonly kind = 'unauthenticated';
  override readonly field = 'Authorization';
  constructor() {
    super('The person of this access token is not, or is no longer, a member of the program’s staff');
  }
}
