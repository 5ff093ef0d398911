import type { ApiFunction } from '../lib/contracts/routes.ts';

/** Functions that something on the bus starts; each is one file, `functions/events/<name>.ts`. */
export type EventFunction = 'on-events-received';

export type FunctionName = ApiFunction | EventFunction;

/** What a function may do to a table: single actions, since a wildcard would grow with the service. */
export interface TableAccess {
  readonly actions: readonly `dynamodb:${string}`[];
  /** Patterns of the partition keys it is bound to; absent: all. */
  readonly partitionKeys?: readonly string[];
}

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
  /** Whether it verifies identity tokens, and so holds the secret. */
  readonly verifiesIdentity: boolean;
}

const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem'] as const;

/**
 * Partition keys of the log table (docs/data-model.md). Decide records under visitors' keys and manage-* write the
 * rest, so that neither a flaw in decide can mint a key nor one in publishing can rewrite what was decided.
 */
const CONTROL_KEY = 'control';
const CATALOG_KEYS = ['catalog-versions', 'catalog-chunks#*'] as const;
const VISITOR_KEYS = ['v*'] as const;

const readControl: TableAccess = { actions: READ, partitionKeys: [CONTROL_KEY, ...CATALOG_KEYS] };

/** Every function of the service; the API's are those that the route table names. */
export const FUNCTIONS: Readonly<Record<FunctionName, FunctionDefinition>> = {
  decide: {
    source: 'functions/api/decide.ts',
    impact:
      'A visitor sees the shop’s defaults: no journey, no offer in the cart and no warning of a mistake.',
    memory: 512,
    timeout: 5,
    visitors: [{ actions: READ }],
    log: [readControl, { actions: ['dynamodb:PutItem'], partitionKeys: VISITOR_KEYS }],
    publishes: true,
    verifiesIdentity: true,
  },
  'track-events': {
    source: 'functions/api/track-events.ts',
    impact: 'What a visitor does is not remembered until their device sends it again.',
    memory: 512,
    timeout: 10,
    visitors: [],
    log: [readControl],
    publishes: true,
    verifiesIdentity: true,
  },
  'get-visitor': {
    source: 'functions/api/get-visitor.ts',
    impact: 'An agent cannot see who is calling, and has to ask what the customer has told before.',
    memory: 512,
    timeout: 10,
    visitors: [{ actions: READ }],
    log: [readControl],
    publishes: false,
    verifiesIdentity: false,
  },
  'manage-catalog': {
    source: 'functions/api/manage-catalog.ts',
    impact:
      'Visitors go on with the journeys and offers of the last published catalog; a wrong one cannot be taken back.',
    memory: 1024,
    timeout: 29,
    // The lint measures claims against a sample of the visitors.
    visitors: [{ actions: ['dynamodb:Scan'] }],
    log: [
      readControl,
      { actions: ['dynamodb:Query'], partitionKeys: CATALOG_KEYS },
      { actions: ['dynamodb:PutItem'], partitionKeys: [CONTROL_KEY, ...CATALOG_KEYS] },
    ],
    publishes: false,
    verifiesIdentity: false,
  },
  'manage-keys': {
    source: 'functions/api/manage-keys.ts',
    impact: 'A new site cannot go live, and a key that leaked goes on working.',
    memory: 256,
    timeout: 10,
    visitors: [],
    log: [readControl, { actions: ['dynamodb:PutItem'], partitionKeys: [CONTROL_KEY] }],
    publishes: false,
    verifiesIdentity: false,
  },
  'describe-service': {
    source: 'functions/api/describe-service.ts',
    impact:
      'Pages of other origins cannot start to call the service (it answers their preflights), and monitors see it as down.',
    memory: 256,
    timeout: 5,
    visitors: [],
    log: [readControl],
    publishes: false,
    verifiesIdentity: false,
  },
  'on-events-received': {
    source: 'functions/events/on-events-received.ts',
    impact: 'Decisions lag behind what visitors did: a cart, an order or a solved problem shows late.',
    memory: 512,
    timeout: 30,
    visitors: [{ actions: [...READ, 'dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'] }],
    log: [readControl],
    publishes: false,
    verifiesIdentity: false,
  },
};

const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);

/** Names of all functions, in the order above. */
export const FUNCTION_NAMES: readonly FunctionName[] = Object.keys(FUNCTIONS).filter(isFunctionName);
