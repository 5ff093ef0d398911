import type { EventFunction } from '../lib/contracts/queues.ts';
import type { ApiFunction } from '../lib/contracts/routes.ts';
import { EVENT_FUNCTIONS } from './event-functions.ts';
import {
  CATALOG_KEYS,
  CODE_SECRET_KEY,
  CONTROL_KEY,
  countGuesses,
  type FunctionDefinition,
  keepLedger,
  keepTasks,
  READ,
  readCodeSecret,
  readControl,
  readForDecisions,
  readLedger,
  VISITOR_KEYS,
} from './function-definition.ts';

/** What the stack deploys: one file each, `functions/api/<name>.ts` or `functions/events/<name>.ts`. */
export type FunctionName = ApiFunction | EventFunction;

/** The functions behind the API are those that the route table names. */
const API_FUNCTIONS: Readonly<Record<ApiFunction, FunctionDefinition>> = {
  decide: {
    source: 'functions/api/decide.ts',
    impact:
      'A visitor sees the shop’s defaults: no journey, no offer in the cart and no warning of a mistake.',
    memory: 512,
    timeout: 5,
    visitors: [{ actions: READ }],
    log: [
      readForDecisions,
      readCodeSecret,
      { actions: ['dynamodb:PutItem'], partitionKeys: VISITOR_KEYS },
      countGuesses,
    ],
    publishes: true,
    sends: [],
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
    sends: [],
    verifiesIdentity: true,
  },
  'receive-events': {
    source: 'functions/api/receive-events.ts',
    impact: 'A late flight or a stuck parcel is not heard of until the shop’s own system tells it again.',
    memory: 512,
    timeout: 10,
    visitors: [],
    log: [readControl],
    publishes: true,
    sends: [],
    verifiesIdentity: false,
  },
  'get-visitor': {
    source: 'functions/api/get-visitor.ts',
    impact: 'An agent cannot see who is calling, and has to ask what the customer has told before.',
    memory: 512,
    timeout: 10,
    visitors: [{ actions: READ }],
    // The story, and the decisions in it.
    log: [readControl, { actions: ['dynamodb:Query'], partitionKeys: VISITOR_KEYS }],
    publishes: false,
    sends: [],
    verifiesIdentity: false,
    needs: ['operators'],
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
      readCodeSecret,
      { actions: ['dynamodb:Query'], partitionKeys: CATALOG_KEYS },
      { actions: ['dynamodb:PutItem'], partitionKeys: [CONTROL_KEY, CODE_SECRET_KEY, ...CATALOG_KEYS] },
    ],
    publishes: false,
    sends: [],
    verifiesIdentity: false,
    needs: ['operators'],
  },
  'manage-keys': {
    source: 'functions/api/manage-keys.ts',
    impact: 'A new site cannot go live, and a key that leaked goes on working.',
    memory: 256,
    timeout: 10,
    visitors: [],
    log: [readControl, { actions: ['dynamodb:PutItem'], partitionKeys: [CONTROL_KEY] }],
    publishes: false,
    sends: [],
    verifiesIdentity: false,
    needs: ['operators'],
  },
  'manage-tasks': {
    source: 'functions/api/manage-tasks.ts',
    impact: 'People cannot see or finish the work that journeys wait for, and those customers wait too.',
    memory: 256,
    timeout: 10,
    visitors: [],
    log: [
      readControl,
      keepTasks,
      { actions: ['dynamodb:Query'], partitionKeys: ['tasks#*', 'tasks-owing', 'task-queues'] },
      { actions: ['dynamodb:BatchGetItem'], partitionKeys: ['task#*'] },
    ],
    publishes: false,
    // The journey that waits for a task is told by mail to its visitor, an order by the ledger.
    sends: ['events-received', 'order-effects'],
    verifiesIdentity: false,
    needs: ['operators'],
  },
  'redeem-offers': {
    source: 'functions/api/redeem-offers.ts',
    impact:
      'Orders can be paid only without their offers: what the cart promised is not held at the checkout.',
    memory: 512,
    timeout: 10,
    visitors: [{ actions: READ }],
    log: [readControl, readCodeSecret, keepLedger, readLedger],
    publishes: false,
    // The visitor's journeys are told of what was redeemed; a hold is released by a message that waits.
    sends: ['events-received', 'order-effects'],
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
    sends: [],
    verifiesIdentity: false,
  },
};

/** Every function of the service. */
export const FUNCTIONS: Readonly<Record<FunctionName, FunctionDefinition>> = {
  ...API_FUNCTIONS,
  ...EVENT_FUNCTIONS,
};

const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);

/** Names of all functions, in the order above. */
export const FUNCTION_NAMES: readonly FunctionName[] = Object.keys(FUNCTIONS).filter(isFunctionName);
