import type { Cap, CapPart } from '../../domain/redemption/cap.ts';
import type { RedemptionStore } from '../../domain/redemption/redemption-store.ts';
import { leftIn, type Planned, type Seen, type Want } from '../../domain/redemption/take.ts';

/** What moving the ledger takes from outside. */
export interface LedgerDeps {
  readonly store: RedemptionStore;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  /** Waits; how long is in milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** A number in [0, 1): those who lost the same race must not meet again. */
  readonly random: () => number;
}

/** Tries at a move that others were faster with. */
export const MAX_ATTEMPTS = 20;

/** Looks at all parts of a cap until two of them in a row are alike. */
const MAX_LOOKS = 5;

/** Waits longer after each try, up to about a third of a second, and never as long as another who tries. */
export const backOff = ({ pause, random }: Pick<LedgerDeps, 'pause' | 'random'>, attempt: number) =>
  pause(random() * 5 * 2 ** Math.min(attempt, 6));

const isSame = (a: readonly CapPart[], b: readonly CapPart[]): boolean =>
  a.length === b.length && a.every((part, index) => part.version === b[index]?.version);

/**
 * Reads a cap. Its parts are read one after the other, and a move between two of them may hide what is left of both:
 * before a cap of several parts is called exhausted, two looks in a row must find it so.
 */
const readCap = async ({ store }: LedgerDeps, cap: Cap, amount: number): Promise<readonly CapPart[]> => {
  let parts = await store.readCap(cap.capId);
  for (let look = 1; look < MAX_LOOKS && parts.length > 1; look++) {
    if (cap.limit - parts.reduce((used, part) => used + part.used, 0) >= amount) return parts;
    const again = await store.readCap(cap.capId);
    if (isSame(parts, again)) return again;
    parts = again;
  }
  return parts;
};

/** What the ledger says of a want of a cap now. */
export const lookAtCap = async (
  deps: LedgerDeps,
  want: Want & { readonly kind: 'cap' },
): Promise<Seen & { readonly kind: 'cap' }> => ({
  kind: 'cap',
  want,
  parts: await readCap(deps, want.cap, want.amount),
});

/** What the ledger says of each want now. */
export const look = (deps: LedgerDeps, wants: readonly Want[]): Promise<readonly Seen[]> =>
  Promise.all(
    wants.map(
      async (want): Promise<Seen> =>
        want.kind === 'cap'
          ? lookAtCap(deps, want)
          : {
              kind: 'person',
              want,
              lines: await deps.store.readPerson(want.visitorIds, want.offerId),
            },
    ),
  );

/** Whether any limit that was seen has no room for what is wanted of it. */
export const isShort = (seen: readonly Seen[]): boolean =>
  seen.some((one) => leftIn(one) < (one.want.kind === 'cap' ? one.want.amount : 1));

/** Shapes the cap that a plan says has to be shaped first; whoever was faster did the same. */
export const shapeFirst = async (
  { store }: LedgerDeps,
  { cap, before, after }: Planned & { readonly kind: 'shape' },
): Promise<void> => {
  await store.reshape(cap, before, after);
};
