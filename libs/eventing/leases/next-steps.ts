import { subjectOf } from '../ports/partitions.js';

/** What a process knows when it decides about leases. */
export type View = {
  /** Id of this process. */
  readonly me: string;
  /** The subjects of each live member, this process included. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** The live member that holds the lease, by the name of the work. Other leases can be taken. */
  readonly holders: ReadonlyMap<string, string>;
  /** Works that nobody has done for so long that any process may take them. */
  readonly abandoned: ReadonlySet<string>;
  /** Works that this process asks for. */
  readonly wanted: readonly string[];
  /** Works that it asks for as a standby. */
  readonly standby: readonly string[];
  /** Works that it does, in the order in which it took their leases. */
  readonly working: readonly string[];
  /** Works that it was told to end, and whose leases it still holds. */
  readonly ending: readonly string[];
};

/** Names of the works to take, to stop, and to set free because this process holds their lease without doing them. */
export type Steps = {
  readonly take: readonly string[];
  readonly stop: readonly string[];
  readonly free: readonly string[];
};

/**
 * Shares works evenly, with as few moves as possible. All processes with the same view agree on how many works of each
 * subject belong to whom; which ones is settled by who holds them.
 */
export function nextSteps(view: View): Steps {
  const shares = [
    ...[...Map.groupBy(view.wanted, subjectOf)].map(([subject, names]) => share(view, subject, names.toSorted())),
    shareAsStandby(view),
  ];
  const take = shares.flatMap((steps) => steps.take);
  const kept = new Set([...view.working, ...view.ending, ...take]);
  return {
    take,
    stop: shares.flatMap((steps) => steps.stop),
    free: [...view.holders].flatMap(([name, holder]) => (holder === view.me && !kept.has(name) ? name : [])),
  };
}

function share(view: View, subject: string, names: readonly string[]): Omit<Steps, 'free'> {
  // Another process may do works that this one has given up for a while.
  const elsewhere = [...view.holders.keys()].filter((name) => subjectOf(name) === subject && !names.includes(name));
  const owners = ownersOf(view, subject, names.length + elsewhere.length);
  const quotaOf = (member: string): number => owners.filter((owner) => owner === member).length;
  const working = view.working.filter((name) => names.includes(name));
  const missing = quotaOf(view.me) - working.length;
  const open = names.filter((name) => isOpen(view, name));
  const known = open.filter((name) => view.holders.has(name));
  const free = open.filter((name) => !view.holders.has(name));
  // What the members before this one need is left to them, so that not all try the same lease.
  const before = [...new Set(owners)].filter((member) => member < view.me);
  const left = before.reduce((sum, member) => sum + Math.max(0, quotaOf(member) - heldBy(view, member, subject)), 0);
  const inOrder = [...known, ...free.slice(left), ...free.slice(0, left)];
  return {
    take: inOrder.filter((name, index) => index < missing || view.abandoned.has(name)),
    // The longest held: a work that was taken because it was abandoned stays.
    stop: working.slice(0, Math.max(0, -missing)),
  };
}

/**
 * The member that each of the subject's works counts for, by turns. Each subject continues where the one before it
 * ended, so that the first members do not get all remainders.
 */
function ownersOf({ members }: View, subject: string, works: number): readonly string[] {
  const subjects = [...new Set([...members.values()].flat())].toSorted();
  const candidates = [...members.keys()].filter((id) => members.get(id)?.includes(subject)).toSorted();
  const first = subjects.indexOf(subject) * works;
  return Array.from({ length: works }, (_, slot) => candidates[(first + slot) % candidates.length] ?? '');
}

function shareAsStandby(view: View): Omit<Steps, 'free'> {
  const listed = new Set([...view.members.values()].flat());
  const isListed = (name: string): boolean => listed.has(subjectOf(name));
  return {
    take: view.standby.filter((name) => !isListed(name) && isOpen(view, name)),
    stop: view.standby.filter((name) => isListed(name) && view.working.includes(name)),
  };
}

/** Whether the lease can be taken. This process may hold it without knowing, when the response was lost. */
const isOpen = ({ me, holders, working, ending }: View, name: string): boolean =>
  !working.includes(name) && !ending.includes(name) && (holders.get(name) ?? me) === me;

const heldBy = ({ holders }: View, member: string, subject: string): number =>
  [...holders].filter(([name, holder]) => holder === member && subjectOf(name) === subject).length;
