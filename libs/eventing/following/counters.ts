import type { Position } from '@app/kernel';
import {
  counterId,
  isDeleted,
  keyOf,
  keyText,
  type Document,
  type DocumentKey,
  type DocumentWrite,
  type ModelDefinition,
  type ReadModelStore,
} from '../ports/read-model-store.js';

/** A document with totals of the other documents of its model. */
export type Counter = Document & { readonly totals: Readonly<Record<string, number>> };

/** What one document adds to totals: by the name of the counter, then by the name of the total. */
export type Amounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

type Difference = ReadonlyMap<string, number>;

/** What one event adds to the totals of a counter. */
export type CounterChange = {
  readonly key: DocumentKey;
  readonly position: Position;
  readonly difference: Difference;
};

/** What changes when documents of one program that added `before` now add `after`; counters that stay the same are left out. */
export function counterChanges(
  programId: string,
  position: Position,
  before: readonly Amounts[],
  after: readonly Amounts[],
): CounterChange[] {
  const differences = new Map<string, Map<string, number>>();
  for (const [sign, amounts] of [...before.map((of) => [-1, of] as const), ...after.map((of) => [1, of] as const)])
    for (const [counter, totals] of Object.entries(amounts)) {
      const difference = differences.get(counter) ?? new Map<string, number>();
      differences.set(counter, difference);
      for (const [name, amount] of Object.entries(totals))
        difference.set(name, (difference.get(name) ?? 0) + sign * amount);
    }
  return [...differences]
    .filter(([, difference]) => [...difference.values()].some((amount) => amount !== 0))
    .map(([counter, difference]) => ({ key: { programId, id: counterId(counter) }, position, difference }));
}

/** Applies changes to counters in place, in their order; a counter skips those it has already seen. */
export function count(rows: Map<string, DocumentWrite>, changes: readonly CounterChange[]): void {
  for (const { key, position, difference } of changes) {
    const stored = rows.get(keyText(key));
    if (stored && stored.position >= position) continue;
    const totals = { ...(stored && !isDeleted(stored) ? (stored.document as Counter).totals : {}) };
    for (const [name, amount] of difference) totals[name] = (totals[name] ?? 0) + amount;
    rows.set(keyText(key), { document: { ...key, totals }, position });
  }
}

/**
 * The counters after these changes. They are read after the documents that changed, and written before them: a document
 * that shows an event was counted with it, whatever was written before a crash.
 */
export async function changedCounters(
  readModels: ReadModelStore,
  model: ModelDefinition,
  changes: readonly CounterChange[],
): Promise<readonly DocumentWrite[]> {
  const keys = new Map(changes.map(({ key }) => [keyText(key), key]));
  if (keys.size === 0) return [];
  const stored = await readModels.versions(model, [...keys.values()]);
  const counters = new Map(stored.map((counter) => [keyText(keyOf(counter)), counter]));
  count(counters, changes);
  return [...counters.values()].filter((counter) => !stored.includes(counter));
}
