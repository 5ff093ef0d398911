import type { KeyRecord } from '../../contracts/control.ts';
import type { CompiledCatalog } from '../../domain/catalog/compiled.ts';
import { genuineCodes, hasSingleUseCodes, type KnownCodes } from '../../domain/decision/known-codes.ts';
import { type Guesser, guesserAt, guessOf, hourOf, WRONG_CODES } from '../../domain/guess/guess.ts';
import { capOfCode, holderOf } from '../../domain/redemption/cap.ts';
import type { CodeHold } from '../../domain/redemption/redemption-store.ts';
import type { CodeSecret } from './code-secret.ts';

/** What a decision reads about the codes of its cart, beside all else. */
export interface CodeQuestion {
  /** Caps of the codes, each once; whether they are codes at all is not known yet. */
  readonly capIds: readonly string[];
  readonly guessers: readonly Guesser[];
  /** Of the clock, since 1970. */
  readonly hour: number;
}

/** What was read of it. */
export interface CodeReading {
  /** Caps that an order has taken, and for whom. */
  readonly taken: ReadonlyMap<string, CodeHold>;
  /** What each guesser had wrong in this hour, in the order of the question. */
  readonly guesses: readonly (readonly string[])[];
}

/** Adds wrong codes to those of an hour. */
export type CountGuesses = (guesser: Guesser, hour: number, guesses: readonly string[]) => Promise<void>;

export interface CodeDeskDeps {
  readonly secret: CodeSecret;
  readonly count: CountGuesses;
  /** Told of what went wrong and did not spoil the answer. */
  readonly onDegraded: (reason: 'read-failed' | 'guess-not-counted', error: unknown) => void;
}

/** Whose cart it is, and who asks. */
export interface CodeAsker {
  readonly caller: KeyRecord;
  readonly visitorIds: readonly string[];
  /** The network address that the request came from, where it is known. */
  readonly address: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A cart's codes through one decision: what to read of them, what is known of them then, and which were wrong. */
export interface CodeCase {
  /** Null where nothing has to be read. */
  readonly question: CodeQuestion | null;
  readonly known: (
    catalog: CompiledCatalog,
    reading: CodeReading | null,
    visitorId: string,
  ) => Promise<KnownCodes>;
  /** Whether one of the guessers has had more wrong codes than anybody may, these included. */
  readonly isGuarded: (wrong: readonly string[], reading: CodeReading | null) => boolean;
  /** Counts what was wrong; never fails. */
  readonly count: (wrong: readonly string[]) => Promise<void>;
}

/**
 * Looks after codes in decisions. Guesses count for the visitor under the ids that the request names, and for the
 * address of whoever holds a publishable key: a secret key's address is the shop's own server.
 */
export const createCodeDesk = ({ secret, count, onDegraded }: CodeDeskDeps) => {
  const findSecret = async (): Promise<Uint8Array | null | 'unread'> => {
    try {
      return await secret();
    } catch (error) {
      onDegraded('read-failed', error);
      return 'unread';
    }
  };

  return async (codes: readonly string[], asker: CodeAsker): Promise<CodeCase> => {
    const { caller, visitorIds, address, now } = asker;
    const isTrusted = caller.kind !== 'publishable';
    const hour = hourOf(now);
    const first = await findSecret();
    const key = first === 'unread' ? null : first;
    const guessers: readonly Guesser[] =
      key === null
        ? []
        : [
            ...visitorIds.map((id): Guesser => ({ kind: 'visitor', id })),
            ...(isTrusted || address === undefined ? [] : [guesserAt(key, address)]),
          ];
    const capIds = [...new Set(codes.map((code) => capOfCode(code).capId))];
    const question = key === null ? null : { capIds, guessers, hour };

    const isGuarded: CodeCase['isGuarded'] = (wrong, reading) => {
      if (key === null || reading === null) return false;
      const fresh = wrong.map((code) => guessOf(key, code));
      return Object.entries(WRONG_CODES).some(([kind, most]) => {
        const before = guessers.flatMap((one, index) =>
          one.kind === kind ? (reading.guesses[index] ?? []) : [],
        );
        const had = new Set(before).size;
        const asks = guessers.some((one) => one.kind === kind);
        return asks && (had >= most || new Set([...before, ...fresh]).size > most);
      });
    };

    return {
      question,
      known: async (catalog, reading, visitorId) => {
        // A catalog that came with this very request may be the first that has codes.
        const known = key ?? (await findSecret());
        const isUnread =
          known === 'unread' || (reading === null && (key !== null || hasSingleUseCodes(catalog)));
        if (isUnread) return { standing: 'unread', isTrusted, singleUse: [] };
        const ids = [visitorId, ...visitorIds];
        // What an order of their own holds is still theirs: they may look at their cart before they pay.
        const isUsed = (canonical: string): boolean => {
          const { capId } = capOfCode(canonical);
          const hold = reading?.taken.get(capId);
          const isTheirs = hold !== undefined && ids.some((id) => holderOf(capId, id) === hold.holder);
          return hold !== undefined && !(isTheirs && now < hold.until);
        };
        const singleUse = known === null ? [] : genuineCodes(catalog, known, codes, isUsed);
        return { standing: isGuarded([], reading) ? 'guarded' : 'open', isTrusted, singleUse };
      },
      isGuarded,
      count: async (wrong) => {
        if (key === null || wrong.length === 0) return;
        const guesses = [...new Set(wrong.map((code) => guessOf(key, code)))];
        // Under the first id, the person's own where the request names one: the next request names it again.
        const [visitor] = guessers;
        const address = guessers.find(({ kind }) => kind === 'address');
        const counted = [visitor, address].filter((one) => one !== undefined);
        try {
          await Promise.all(counted.map((one) => count(one, hour, guesses)));
        } catch (error) {
          onDegraded('guess-not-counted', error);
        }
      },
    };
  };
};

export type CodeDesk = ReturnType<typeof createCodeDesk>;
