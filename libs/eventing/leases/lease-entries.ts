import type { Position } from '@app/kernel';
import type { StoredCheckpoint } from '../ports/read-model-store.js';

/** Prefix of the names of leases, and of the members that hold them, among the checkpoints. */
export const LEASE = 'lease ';

const MEMBER = `${LEASE}member `;

/** The values of what is stored. Each begins with a number that grows, so no value is written twice. */
export type Entries = {
  /** `<number> <id of the holder>`, or `<number> free`, by the name of the work. */
  readonly leases: ReadonlyMap<string, Position>;
  /** `<number> <subject,subject,...>`, by the id of the member. */
  readonly members: ReadonlyMap<string, Position>;
};

export function entriesOf(stored: readonly StoredCheckpoint[]): Entries {
  const { members = [], leases = [] } = Object.groupBy(stored, ({ name }) =>
    name.startsWith(MEMBER) ? 'members' : 'leases',
  );
  return { members: withoutPrefix(MEMBER, members), leases: withoutPrefix(LEASE, leases) };
}

export const leaseName = (work: string): string => `${LEASE}${work}`;
export const memberName = (id: string): string => `${MEMBER}${id}`;

export const memberEntry = (number: number, subjects: readonly string[]): Position =>
  `${String(number).padStart(20, '0')} ${subjects.join(',')}`;

export const subjectsIn = (member: Position): readonly string[] => textOf(member).split(',').filter(Boolean);

/** The lease after the member has taken it. */
export const takenBy = (id: string, lease: Position | null): Position =>
  `${String(Number(lease === null ? 0 : numberOf(lease)) + 1).padStart(20, '0')} ${id}`;

export const freed = (lease: Position): Position => `${numberOf(lease)} free`;

/** The id of the member that holds the lease; no member has the id `free`. */
export const holderOf = (lease: Position): string => textOf(lease);

const withoutPrefix = (prefix: string, stored: readonly StoredCheckpoint[]): ReadonlyMap<string, Position> =>
  new Map(stored.map(({ name, checkpoint }) => [name.slice(prefix.length), checkpoint]));
const numberOf = (entry: Position): string => entry.split(' ')[0] ?? '';
const textOf = (entry: Position): string => entry.slice(numberOf(entry).length + 1);
