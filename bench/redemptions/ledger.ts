import { setTimeout as pause } from 'node:timers/promises';
import { createAccountReader } from '../../lib/adapters/dynamodb/account-reader.ts';
import { createExhaustedStore } from '../../lib/adapters/dynamodb/exhausted-store.ts';
import { createRedemptionStore } from '../../lib/adapters/dynamodb/redemption-store.ts';
import { createTaskStore } from '../../lib/adapters/dynamodb/task-store.ts';
import { createVisitorReader } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { parseDefinitions } from '../../lib/contracts/catalog/definition.ts';
import { compileCatalog } from '../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import type { Logger } from '../../lib/runtime/logger.ts';
import { createHolder } from '../../lib/service/redeem/hold.ts';
import { createSettler } from '../../lib/service/redeem/settle.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import type { Store } from '../journeys/store.ts';

/** Compiles offers as publishing does; throws where one is wrong. */
const compiled = (definitions: readonly object[]): CompiledCatalog => {
  const parsed = parseDefinitions(definitions);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { catalog, findings } = compileCatalog(parsed.definitions, { version: 1, publishedAt: 0 });
  if (catalog === null) throw new Error(JSON.stringify(findings));
  return catalog;
};

const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What an order is: twenty lines, since the item of an order is billed by its size. */
const cart = {
  currency: 'EUR',
  shipping: 499,
  lines: Array.from({ length: 20 }, (_, index) => ({
    id: `line-${index}`,
    sku: `SKU-${index}`,
    name: `Article number ${index}`,
    category: 'makeup',
    quantity: 1 + (index % 2),
    unitPrice: 499 + index * 100,
  })),
};

let sent = 0;

/** The functions of the ledger in this process, over the embedded store. Queues take what is sent at once. */
export const ledgerOf = ({ client }: Store, definitions: readonly object[]) => {
  const catalog = compiled(definitions);
  const { log, visitors } = TABLE_NAMES;
  const deps = {
    store: createRedemptionStore(client, log),
    readVisitors: createVisitorReader(client, visitors),
    readAccount: createAccountReader(client, visitors),
    tasks: createTaskStore(client, log),
    digest: createExhaustedStore(client, log),
    catalogs: async () => ({ active: catalog, rollout: null }),
    exhausted: async () => [],
    codeSecret: async () => Buffer.alloc(32),
    queues: { send: async () => {} },
    mail: async () => {},
    logger: quiet,
    now: Date.now,
    pause,
    random: Math.random,
  };
  const { commit, tend } = createSettler(deps);
  const hold = createHolder({ ...deps, tend });
  return {
    /** Holds an order of somebody who never ordered before; its id, and how many offers it has. */
    hold: async (): Promise<{ readonly orderId: string; readonly offers: number }> => {
      sent += 1;
      const orderId = `order-${sent}`;
      const { redemption } = await hold({ orderId, userId: `user-${sent}`, cart });
      return { orderId, offers: redemption.holds.length };
    },
    commit,
  };
};

export type BenchLedger = ReturnType<typeof ledgerOf>;
