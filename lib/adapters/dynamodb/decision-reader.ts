import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ControlSnapshot } from '../../contracts/control.ts';
import type { Guesser } from '../../domain/guess/guess.ts';
import type { CodeHold } from '../../domain/redemption/redemption-store.ts';
import type { Account, StoredVisitor } from '../../domain/visitor/visitor-store.ts';
import { type BatchRead, batchGet, itemAt } from './batch-get.ts';
import { controlKeys, readControl } from './control-items.ts';
import { guessKey, readGuesses } from './guess-items.ts';
import type { Item } from './item.ts';
import { partKey, readCodeHold, readPart } from './redemption-items.ts';
import { accountKey, ordersKey, readAccount, readVisitor, stateKey } from './visitor-items.ts';

/** All that one decision asks of the store, in one request. */
export interface DecisionReadRequest {
  readonly visitorIds: readonly string[];
  readonly accountId: string | null;
  /** Whether a look at the control plane is due. */
  readonly control: boolean;
  /** Caps of the codes in the cart, and wrong codes of an hour; absent: it has none. */
  readonly codes?: {
    readonly capIds: readonly string[];
    readonly guessers: readonly Guesser[];
    readonly hour: number;
  };
  /** Caps of what its account spends; absent: none. */
  readonly spending?: readonly string[];
}

export interface DecisionRead {
  /** By visitor id; one that could not be read is missing. */
  readonly visitors: ReadonlyMap<string, StoredVisitor>;
  readonly account: Account | null;
  /** Whether nothing of the visitors and the account was left unread: what is missing in them is not there. */
  readonly complete: boolean;
  /** Null where it was not asked for, or could not be read. */
  readonly control: ControlSnapshot | null;
  /** Caps that are taken, and what each guesser had wrong; null where it was not asked for, or could not be read. */
  readonly codes: {
    readonly taken: ReadonlyMap<string, CodeHold>;
    readonly guesses: readonly (readonly string[])[];
  } | null;
  /** What was spent of each cap that was asked for, minor units; null where they could not be read. */
  readonly spent: ReadonlyMap<string, number> | null;
}

/** Reads for decisions: eventually consistent, which costs half; the request brings what is newer along. */
export type DecisionReader = (request: DecisionReadRequest) => Promise<DecisionRead>;

export const createDecisionReader =
  (client: DynamoDBClient, visitorsTable: string, logTable: string): DecisionReader =>
  async ({ visitorIds, accountId, control, codes, spending = [] }) => {
    const visitorKeys = visitorIds.flatMap((id) => [stateKey(id), ordersKey(id)]);
    const accountKeys = accountId === null ? [] : [accountKey(accountId)];
    const logKeys = [
      ...(control ? controlKeys(logTable).keys : []),
      ...(codes === undefined ? [] : codeKeys(codes)),
      ...spending.map((capId) => partKey(capId, 0)),
    ];
    const batch = await batchGet(
      client,
      [
        { table: visitorsTable, keys: [...visitorKeys, ...accountKeys] },
        { table: logTable, keys: logKeys },
      ],
      false,
    );
    const visitors = new Map<string, StoredVisitor>();
    for (const id of visitorIds) {
      const stored = storedVisitor(batch, visitorsTable, id);
      if (stored !== null) visitors.set(id, stored);
    }
    return {
      visitors,
      account: accountId === null ? null : readAccount(itemAt(batch, visitorsTable, accountKey(accountId))),
      complete: !batch.unread.has(visitorsTable),
      control: control && !batch.unread.has(logTable) ? readControl(batch, logTable) : null,
      codes: codes === undefined || batch.unread.has(logTable) ? null : readCodes(batch, logTable, codes),
      spent: batch.unread.has(logTable) ? null : readSpent(batch, logTable, spending),
    };
  };

/** What an account spends of an authorization is one item. */
const readSpent = (
  batch: BatchRead,
  table: string,
  spending: readonly string[],
): ReadonlyMap<string, number> =>
  new Map(
    spending.map((capId) => {
      const item = itemAt(batch, table, partKey(capId, 0));
      return [capId, item === undefined ? 0 : readPart(item).used] as const;
    }),
  );

type CodeKeys = NonNullable<DecisionReadRequest['codes']>;

/** A code's cap is one item. */
const codeKeys = ({ capIds, guessers, hour }: CodeKeys): readonly Item[] => [
  ...capIds.map((capId) => partKey(capId, 0)),
  ...guessers.map((guesser) => guessKey(guesser, hour)),
];

const readCodes = (
  batch: BatchRead,
  table: string,
  { capIds, guessers, hour }: CodeKeys,
): DecisionRead['codes'] => ({
  taken: new Map(
    capIds.flatMap((capId) => {
      const item = itemAt(batch, table, partKey(capId, 0));
      return item === undefined || readPart(item).used === 0 ? [] : [[capId, readCodeHold(item)] as const];
    }),
  ),
  guesses: guessers.map((guesser) => readGuesses(itemAt(batch, table, guessKey(guesser, hour)))),
});

/** Null where the visitor may be there and was not read. */
const storedVisitor = (batch: BatchRead, table: string, visitorId: string): StoredVisitor | null => {
  const state = itemAt(batch, table, stateKey(visitorId));
  if (state === undefined && batch.unread.has(table)) return null;
  return readVisitor(visitorId, state, itemAt(batch, table, ordersKey(visitorId)));
};
