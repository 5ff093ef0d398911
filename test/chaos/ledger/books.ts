import type { GetItemCommandInput, QueryCommandInput, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { readPart, readRedemption } from '../../../lib/adapters/dynamodb/redemption-items.ts';
import type { CapPart } from '../../../lib/domain/redemption/cap.ts';
import { type Redemption, usesOf } from '../../../lib/domain/redemption/redemption.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import type { Item } from '../memory/expressions.ts';
import type { MemoryDynamo } from '../memory/memory-dynamo.ts';

const TableName = TABLE_NAMES.log;

/** Where a count lies: a part of a cap, or a person's uses of an offer. */
const placeOf = (pk: string, sk: string): string => `${pk} ${sk}`;

const partPlace = (capId: string, part: number): string =>
  placeOf(`cap#${capId}`, `P#${String(part).padStart(2, '0')}`);

/** What an order has, by place. */
const hasOf = (redemption: Redemption): readonly (readonly [place: string, amount: number])[] =>
  usesOf(redemption).flatMap((use): readonly (readonly [string, number])[] =>
    use.kind === 'person'
      ? [[placeOf(use.visitorId, `U#${use.offerId}`), 1]]
      : use.shares.map(({ part, amount }) => [partPlace(use.capId, part), amount]),
  );

/** How much of something was used, from a moment on; moments are counted in writes of the ledger. */
interface Moment {
  readonly since: number;
  readonly used: number;
}

export interface BooksOptions {
  readonly memory: MemoryDynamo;
  /** All visitor ids of whoever this one is now. */
  readonly idsOf: (visitorId: string) => readonly string[];
  /** What one person may use of an offer; null: as often as they like. */
  readonly perVisitor: (offerId: string) => number | null;
}

/**
 * Compares the counts of the ledger with what its orders say that they have, after every write of it, and remembers how
 * much was used when.
 */
export class Books {
  readonly flaws: string[] = [];
  /** By orderId, as they were written last. */
  readonly orders = new Map<string, Redemption>();
  /** What was ever paid: `orderId offerId`. */
  readonly paid = new Set<string>();
  /** Writes so far. */
  moment = 0;
  readonly #options: BooksOptions;
  readonly #ordered = new Map<string, number>();
  readonly #history = new Map<string, Moment[]>();

  constructor(options: BooksOptions) {
    this.#options = options;
  }

  /** A transaction was written. */
  written(actions: readonly TransactWriteItem[]): void {
    this.moment += 1;
    const touched = new Set<string>();
    for (const { Put, Update } of actions) {
      const { pk, sk } = Put?.Item ?? Update?.Key ?? {};
      const [partition = '', sort = ''] = [pk?.S, sk?.S];
      if (partition.startsWith('order#')) {
        const after = readRedemption(Put?.Item)?.redemption;
        if (after !== undefined) for (const place of this.#order(after)) touched.add(place);
      } else if (partition.startsWith('cap#') || sort.startsWith('U#')) {
        touched.add(placeOf(partition, sort));
      }
    }
    const caps = new Set<string>();
    for (const place of touched) {
      const [pk = '', sk = ''] = place.split(' ');
      const counted = Number(this.#item(pk, sk)?.u?.N ?? 0);
      const ordered = this.#ordered.get(place) ?? 0;
      if (counted !== ordered) this.#flaw('books', `${place} counts ${counted}, its orders have ${ordered}`);
      if (pk.startsWith('cap#')) caps.add(pk.slice('cap#'.length));
      else this.#judgePerson(pk, sk.slice('U#'.length), counted);
    }
    for (const capId of caps) this.#judgeCap(capId);
  }

  /** The parts of a cap. */
  partsOf(capId: string): readonly CapPart[] {
    const input: QueryCommandInput = {
      TableName,
      KeyConditionExpression: 'pk = :cap',
      ExpressionAttributeValues: { ':cap': { S: `cap#${capId}` } },
    };
    const items: readonly Item[] = Reflect.get(this.#options.memory.execute('QueryCommand', input), 'Items');
    return items.map(readPart);
  }

  /** The most that was used of a cap (its id) or a person's line (its place) at any moment since one. */
  mostUsedSince(name: string, moment: number): number {
    const history = this.#history.get(name) ?? [];
    const before = history.findLast(({ since }) => since <= moment)?.used ?? 0;
    return history.reduce((most, { since, used }) => (since > moment ? Math.max(most, used) : most), before);
  }

  /** Looks at all that lies in the ledger at the end. */
  close(): void {
    for (const item of this.#options.memory.all(TableName)) {
      const [pk = '', sk = ''] = [item.pk?.S, item.sk?.S];
      if (!pk.startsWith('cap#') && !sk.startsWith('U#')) continue;
      const place = placeOf(pk, sk);
      const counted = Number(item.u?.N ?? 0);
      const ordered = this.#ordered.get(place) ?? 0;
      if (counted !== ordered)
        this.#flaw('books', `in the end ${place} counts ${counted}, its orders have ${ordered}`);
    }
  }

  #order(after: Redemption): readonly string[] {
    const before = this.orders.get(after.orderId);
    this.orders.set(after.orderId, after);
    const had = before === undefined ? [] : hasOf(before);
    const has = hasOf(after);
    for (const [place, amount] of had) this.#ordered.set(place, (this.#ordered.get(place) ?? 0) - amount);
    for (const [place, amount] of has) this.#ordered.set(place, (this.#ordered.get(place) ?? 0) + amount);
    if (after.status === 'committed' && before?.status !== 'committed') {
      for (const { offerId, state } of after.holds) {
        if (state !== 'released') this.paid.add(`${after.orderId} ${offerId}`);
      }
    }
    return [...had, ...has].map(([place]) => place);
  }

  #remember(name: string, used: number): number {
    const history = this.#history.get(name) ?? [];
    const before = history.at(-1)?.used ?? 0;
    history.push({ since: this.moment, used });
    this.#history.set(name, history);
    return before;
  }

  #judgeCap(capId: string): void {
    const parts = this.partsOf(capId);
    const used = parts.reduce((sum, part) => sum + part.used, 0);
    const left = parts.reduce((sum, part) => sum + part.left, 0);
    const limit = parts[0]?.limit ?? 0;
    const before = this.#remember(capId, used);
    if (used > before && used > limit) this.#flaw('cap', `${capId} gives ${used} of ${limit}`);
    if (left + used !== limit || parts.some((part) => part.limit !== limit)) {
      this.#flaw('books', `${capId} has ${left} left and ${used} used of ${limit}`);
    }
  }

  #judgePerson(visitorId: string, offerId: string, used: number): void {
    const before = this.#remember(placeOf(visitorId, `U#${offerId}`), used);
    const limit = this.#options.perVisitor(offerId);
    const all = this.usesOfPerson(visitorId, offerId);
    if (used > before && limit !== null && all > limit) {
      this.#flaw('person', `${visitorId} has ${offerId} ${all} times of ${limit}`);
    }
  }

  usesOfPerson(visitorId: string, offerId: string): number {
    return this.#options
      .idsOf(visitorId)
      .reduce((sum, id) => sum + Number(this.#item(id, `U#${offerId}`)?.u?.N ?? 0), 0);
  }

  #item(pk: string, sk: string): Item | undefined {
    const input: GetItemCommandInput = { TableName, Key: { pk: { S: pk }, sk: { S: sk } } };
    return Reflect.get(this.#options.memory.execute('GetItemCommand', input), 'Item');
  }

  #flaw(law: string, what: string): void {
    this.flaws.push(`${law}: ${what} (write ${this.moment})`);
  }
}
