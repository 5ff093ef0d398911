import { type ExhaustedCap, isTold } from '../../contracts/control.ts';
import type { CompiledCatalog } from '../../domain/catalog/compiled.ts';
import type { DecisionInput } from '../../domain/decision/decide.ts';
import { leftIn, type Seen } from '../../domain/redemption/take.ts';

/**
 * For how long decisions rely on what a redemption found, milliseconds: what is given back meanwhile takes itself off
 * the digest, and where that is lost, the offer is back after so long.
 */
const BELIEVED_MS = 5 * 60_000;

/** A port: the digest of exhausted caps. Nobody waits for it, and holds never trust it. */
export interface ExhaustedDigest {
  /** Adds caps, each in place of what was known of it, and takes the caps of these offers off. */
  readonly note: (found: readonly ExhaustedCap[], restored: readonly string[]) => Promise<void>;
}

/** What a decision knows of limits that are short, by the catalog that it decides by. */
export const roomLeft = (
  exhausted: readonly ExhaustedCap[],
  catalog: CompiledCatalog,
  now: number,
): Pick<DecisionInput, 'room'> => {
  const room: { [offerId: string]: { readonly total?: number; readonly budget?: number } } = {};
  for (const { offerId, limit, of, left, at } of exhausted) {
    const limits = catalog.offerById.get(offerId)?.definition.limits;
    if (now >= at + BELIEVED_MS || limits?.[limit] !== of) continue;
    room[offerId] = { ...room[offerId], [limit]: left };
  }
  return Object.keys(room).length === 0 ? {} : { room };
};

/** What was seen of an offer's own caps, as the digest has it. A total that is counted by value is no cap of all. */
const capsSeen = (offerId: string, seen: readonly Seen[]) =>
  seen.flatMap((one) => {
    if (one.kind !== 'cap') return [];
    const { limit, cap, amount } = one.want;
    if ((limit !== 'total' && limit !== 'budget') || cap.capId !== `${offerId}/${limit}`) return [];
    return [{ offerId, limit, of: cap.limit, left: leftIn(one), amount }];
  });

/**
 * What the digest has to be told after a look at the ledger: caps that had no room, and offers of it that have some.
 *
 * @param known - the digest as it was last seen
 * @param taken - whether what was looked at was taken then
 */
export const changesOf = (
  offers: ReadonlyMap<string, readonly Seen[]>,
  known: readonly ExhaustedCap[],
  taken: ReadonlySet<string>,
  now: number,
): { readonly found: readonly ExhaustedCap[]; readonly restored: readonly string[] } => {
  const found: ExhaustedCap[] = [];
  const restored = new Set<string>();
  for (const [offerId, seen] of offers) {
    for (const { amount, left: before, ...cap } of capsSeen(offerId, seen)) {
      const left = Math.max(0, taken.has(offerId) ? before - amount : before);
      const present = known.find((one) => one.offerId === offerId && one.limit === cap.limit);
      if (left < 1 || before < amount) {
        const here: ExhaustedCap = { ...cap, left, at: now };
        if (!isTold(present, here)) found.push(here);
      } else if (present !== undefined) restored.add(offerId);
    }
  }
  return { found, restored: [...restored] };
};
