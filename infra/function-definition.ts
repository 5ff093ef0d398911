import type { QueueName } from '../lib/contracts/queues.ts';
import type { TABLES } from '../lib/contracts/tables.ts';

/**
 * What a function may do to a table: single actions, since a wildcard would grow with the service. The keys of one
 * action stand in one entry: a transaction is allowed where a single statement covers all its keys.
 */
export interface TableAccess {
  readonly actions: readonly `dynamodb:${string}`[];
  /** Patterns of the partition keys it is bound to; absent: all. */
  readonly partitionKeys?: readonly string[];
  /** The index that it is about; absent: the table itself. */
  readonly index?: typeof TABLES.visitors.dueIndex.name;
}

/** What a function needs besides tables, bus and queues. */
export type Need =
  /** Makes one-time schedules, and hands the scheduler the role that it sends with. */
  | 'schedules'
  /** Sends e-mails, and signs what it hands to the webhook. */
  | 'deliveries'
  /** Takes tokens of operators and agents. */
  | 'operators'
  /** Puts records into the archive. */
  | 'archive';

/** A function as it is deployed: what it is made of, what it needs and what it means to a customer. */
export interface FunctionDefinition {
  /** Its file, relative to the repository. */
  readonly source: string;
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** Megabytes; CPU grows with it. */
  readonly memory: number;
  /** Seconds after which it is given up. */
  readonly timeout: number;
  readonly visitors: readonly TableAccess[];
  readonly log: readonly TableAccess[];
  /** Whether it puts entries on the bus. */
  readonly publishes: boolean;
  /** Queues that it puts messages into. */
  readonly sends: readonly QueueName[];
  /** Whether it verifies identity tokens, and so holds the secret. */
  readonly verifiesIdentity: boolean;
  readonly needs?: readonly Need[];
}

export const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem'] as const;

/**
 * Partition keys of the log table (docs/data-model.md). Decide records under visitors' keys and manage-* write the
 * rest, so that neither a flaw in decide can mint a key nor one in publishing can rewrite what was decided.
 */
export const CONTROL_KEY = 'control';
const EXHAUSTED_KEY = 'exhausted-caps';
export const CATALOG_KEYS = ['catalog-versions', 'catalog-chunks#*'] as const;
export const VISITOR_KEYS = ['v*'] as const;

const CONTROL_KEYS = [CONTROL_KEY, EXHAUSTED_KEY, ...CATALOG_KEYS] as const;

/** The keys' hashes, the pointer to the active catalog, the digest of exhausted caps, and the catalog. */
export const readControl: TableAccess = { actions: READ, partitionKeys: CONTROL_KEYS };

/** Wrong codes of visitors and of network addresses, which are counted. */
const GUESS_KEYS = ['guesses#*', ...VISITOR_KEYS] as const;

/**
 * The same, the codes that orders have, the counters of wrong ones, and what accounts have spent: all are read in one
 * request.
 */
export const readForDecisions: TableAccess = {
  actions: READ,
  partitionKeys: [...CONTROL_KEYS, 'cap#code/*', 'cap#account/*', ...GUESS_KEYS],
};
export const countGuesses: TableAccess = { actions: ['dynamodb:UpdateItem'], partitionKeys: GUESS_KEYS };

/** What codes are made by: whoever can read it can make some. */
export const CODE_SECRET_KEY = 'code-secret';
export const readCodeSecret: TableAccess = {
  actions: ['dynamodb:GetItem'],
  partitionKeys: [CODE_SECRET_KEY],
};

const TASK_KEYS = ['task#*', 'tasks#*', 'tasks-owing', 'task-queues', ...VISITOR_KEYS] as const;

/**
 * The offer ledger: orders, the parts of caps, how often each person used an offer, and what approvers are asked. One
 * transaction moves all of them.
 */
const LEDGER_KEYS = ['order#*', 'open-orders#*', 'cap#*', EXHAUSTED_KEY, ...TASK_KEYS] as const;
export const keepLedger: TableAccess = {
  actions: [
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:Query',
  ],
  partitionKeys: LEDGER_KEYS,
};
export const readLedger: TableAccess = { actions: READ, partitionKeys: LEDGER_KEYS };

/** Opens tasks and moves them from list to list: each is an item, with small ones that point to it. */
export const keepTasks: TableAccess = {
  actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
  partitionKeys: TASK_KEYS,
};
