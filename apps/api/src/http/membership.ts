import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Lookups } from '@app/application';
import { DomainError } from '@app/kernel';
import { callerKey, type CallerIdentity } from '@app/platform';

const CALLERS_IN_MEMORY = 20_000;
/** A token stays valid for less than a minute after its owner's membership ends. */
const MEMBER_MS = 50_000;
/** A new member need not wait long. */
const NO_MEMBER_MS = 2_000;

/** Concurrent requests share one lookup. `until` is a time of this process, in ms. */
type Looked = { readonly isMember: Promise<boolean>; until: number };

/**
 * Whether the caller is still a member of the program's staff, in the token's role, according to the event store.
 * Looked up once for each person and minute; while the event store is unavailable, people who were looked up before are
 * served for the rest of that minute.
 */
@Injectable()
export class Membership {
  private readonly known = new LRUCache<string, Looked>({ max: CALLERS_IN_MEMORY });

  constructor(private readonly lookups: Lookups) {}

  /** A contact is not a member; a contact's access is checked where data is shown. @throws NotAMember */
  async check(caller: CallerIdentity): Promise<void> {
    if (caller.role === 'contact') return;
    const key = callerKey(caller);
    const known = this.known.get(key);
    const { isMember } = known && performance.now() < known.until ? known : this.look(key, caller);
    if (!(await isMember)) throw new NotAMember();
  }

  private look(key: string, { programId, id, role }: CallerIdentity): Looked {
    const now = performance.now();
    const isMember = this.lookups.member(programId, id).then((member) => member?.role === role);
    const looked: Looked = { isMember, until: now + MEMBER_MS };
    this.known.set(key, looked);
    isMember.then(
      (is) => void (is || (looked.until = now + NO_MEMBER_MS)),
      () => void (looked.until = now),
    );
    return looked;
  }
}

export class NotAMember extends DomainError {
  readonly code = 'NotAMember';
  override readonly kind = 'unauthenticated';
  override readonly field = 'Authorization';
  constructor() {
    super('The person of this access token is not, or is no longer, a member of the program’s staff in this role');
  }
}
