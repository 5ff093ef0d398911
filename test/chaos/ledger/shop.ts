import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { createExhaustedStore } from '../../../lib/adapters/dynamodb/exhausted-store.ts';
import { createRedemptionStore } from '../../../lib/adapters/dynamodb/redemption-store.ts';
import { createTaskStore } from '../../../lib/adapters/dynamodb/task-store.ts';
import { orderMessageSchema } from '../../../lib/contracts/orders.ts';
import type { QueueSender } from '../../../lib/contracts/queue-sender.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import type { Definition } from '../../../lib/domain/catalog/definition.ts';
import type { RedemptionStore } from '../../../lib/domain/redemption/redemption-store.ts';
import type { VisitorStore } from '../../../lib/domain/visitor/visitor-store.ts';
import { createHolder } from '../../../lib/service/redeem/hold.ts';
import { createRefunder } from '../../../lib/service/redeem/refund-order.ts';
import { createSettler } from '../../../lib/service/redeem/settle.ts';
import { createOrderSweep } from '../../../lib/service/redeem/sweep-orders.ts';
import { createOrderTaker } from '../../../lib/service/redeem/take-order.ts';
import type { SendMail } from '../../../lib/service/send-mail.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { catalogOf, definitionsOf } from '../../unit/catalog/support.ts';
import type { Chance } from '../chance.ts';
import { Gate } from '../gate.ts';
import { quiet } from '../parts.ts';
import { createMemory, degradationOf, isRead } from '../stores.ts';
import { Books } from './books.ts';
import { People } from './people.ts';
import type { Plot } from './plot.ts';

/** What the ledger's functions are wired of. */
export interface ShopParts {
  readonly store: RedemptionStore;
  readonly readVisitors: VisitorStore['read'];
  readonly queues: QueueSender;
  readonly mail: SendMail;
  /** Whether anybody looks for what was lost. */
  readonly sweeps: boolean;
}

/** A shop that does something wrong. */
export interface Breakage {
  readonly parts?: (parts: ShopParts) => Partial<ShopParts>;
  /** What becomes of an action before the store gets to see it. */
  readonly action?: (action: TransactWriteItem) => TransactWriteItem;
}

interface Waiting {
  readonly body: string;
  /** Not handed out before, milliseconds since 1970. */
  readonly from: number;
}

const compiled = new Map<string, CompiledCatalog>();

const compile = (definitions: readonly object[]): CompiledCatalog => {
  const name = JSON.stringify(definitions);
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const catalog = catalogOf(definitionsOf(definitions) as readonly Definition[]);
  compiled.set(name, catalog);
  return catalog;
};

const limitsOf = (catalog: CompiledCatalog, offerId: string) =>
  catalog.offerById.get(offerId)?.definition.limits;

/** What codes would be made by: no plot has any. */
const CODE_SECRET = Buffer.alloc(32);

/** When a shop opens, milliseconds since 1970. */
export const OPENS = Date.UTC(2026, 10, 26, 10);

/** The functions of the ledger over a store in memory, all of whose operations go through a gate. */
export class Shop {
  now = OPENS;
  readonly gate: Gate;
  readonly books: Books;
  readonly people: People;
  /** What visitors' journeys were told: `orderId offerId name`. */
  readonly told: string[] = [];
  readonly hold: ReturnType<typeof createHolder>;
  readonly settle: ReturnType<typeof createSettler>;
  readonly refund: ReturnType<typeof createRefunder>;
  readonly store: RedemptionStore;
  readonly #take: ReturnType<typeof createOrderTaker>;
  readonly #sweep: () => Promise<void>;
  readonly #sweeps: boolean;
  readonly #catalogs: readonly CompiledCatalog[];
  #published = 0;
  waiting: Waiting[] = [];

  constructor({ catalogs, people }: Plot, chance: Chance, breakage: Breakage = {}) {
    const memory = createMemory();
    this.#catalogs = catalogs.map(compile);
    this.people = new People(people);
    this.gate = new Gate(chance, () => this.now);
    this.books = new Books({
      memory,
      idsOf: (visitorId) => this.people.known(visitorId),
      perVisitor: (offerId) => limitsOf(this.catalog, offerId)?.perVisitor ?? null,
    });
    const send = async (command: string, input: object): Promise<object> => {
      const actions: readonly TransactWriteItem[] = Reflect.get(input, 'TransactItems') ?? [];
      const asked = breakage.action === undefined ? actions : actions.map(breakage.action);
      const answer = memory.execute(
        command,
        actions.length === 0 ? input : { ...input, TransactItems: asked },
      );
      if (asked.length > 0) this.books.written(asked);
      return answer;
    };
    const client = memory.client((command, input) => {
      const run = () => send(command, input);
      return this.gate.pass({
        label: command,
        run,
        degraded: degradationOf(command, input, run, chance),
        isRead: isRead(command),
      });
    });
    const parts = this.#partsOf(createRedemptionStore(client, TABLE_NAMES.log));
    const { store, readVisitors, queues, mail, sweeps } = { ...parts, ...breakage.parts?.(parts) };
    const ledger = {
      store,
      readVisitors,
      // Nobody orders for an account here.
      readAccount: async () => null,
      tasks: createTaskStore(client, TABLE_NAMES.log),
      queues,
      mail,
      codeSecret: async () => CODE_SECRET,
      digest: createExhaustedStore(client, TABLE_NAMES.log),
      onDegraded: () => {},
      now: () => this.now,
      pause: async () => {},
      random: () => chance.next(),
      logger: quiet,
    };
    this.store = store;
    this.settle = createSettler(ledger);
    this.hold = createHolder({
      ...ledger,
      tend: this.settle.tend,
      catalogs: async () => ({ active: this.catalog, rollout: null }),
      exhausted: async () => [],
    });
    this.refund = createRefunder({ ...ledger, catalogAt: async () => this.catalog });
    this.#take = createOrderTaker({ ...ledger, settle: this.settle });
    this.#sweep = createOrderSweep({ ...ledger, findOverdue: store.findOverdue });
    this.#sweeps = sweeps;
  }

  #partsOf(store: RedemptionStore): ShopParts {
    return {
      store,
      readVisitors: (ids) =>
        this.gate.pass({
          label: 'read visitors',
          run: async () => new Map(ids.map((id) => [id, this.people.read(id)])),
        }),
      queues: {
        send: (_queue, messages, delaySeconds = 0) =>
          this.gate.pass({
            label: 'send order-effects',
            run: async () => {
              for (const message of messages) this.put(message, Math.ceil(Math.max(0, delaySeconds)) * 1000);
            },
          }),
      },
      mail: (_visitorId, { properties, name }) =>
        this.gate.pass({
          label: `tell ${name}`,
          run: async () => {
            this.told.push(`${String(properties.orderId)} ${String(properties.offerId)} ${name}`);
          },
        }),
      sweeps: true,
    };
  }

  get catalog(): CompiledCatalog {
    const catalog = this.#catalogs[this.#published];
    if (catalog === undefined) throw new Error('a plot has a catalog');
    return catalog;
  }

  /** Publishes the next catalog; false where there is none. */
  publish(): boolean {
    if (this.#published + 1 >= this.#catalogs.length) return false;
    this.#published += 1;
    return true;
  }

  /** Puts a message into the queue `order-effects`. */
  put(message: object, delay = 0): void {
    this.waiting.push({ body: JSON.stringify(message), from: this.now + delay });
  }

  /** Hands a message out; where its taker dies it comes again, and now and then it does all the same. */
  async deliver(message: Waiting, comesTwice: boolean): Promise<void> {
    this.waiting = this.waiting.filter((other) => other !== message);
    const end = await this.gate.start('order-effects', () =>
      this.#take(orderMessageSchema.parse(JSON.parse(message.body))),
    );
    if (end !== 'done' || comesTwice) this.waiting.push({ ...message, from: this.now + 30_000 });
  }

  async sweep(): Promise<void> {
    if (this.#sweeps) await this.gate.start('sweep', this.#sweep);
  }
}
