import type * as z from 'zod';
import { receivedAnswerSchema, receiveEventsContract } from './business-events.ts';
import {
  activateCatalogContract,
  getCatalogContract,
  listCatalogVersionsContract,
  publishCatalogContract,
  validateCatalogContract,
} from './catalog.ts';
import { codesAnswerSchema, generateCodesContract } from './codes.ts';
import {
  activateAnswerSchema,
  catalogAnswerSchema,
  createdKeyAnswerSchema,
  healthAnswerSchema,
  keysAnswerSchema,
  publishAnswerSchema,
  validateAnswerSchema,
  versionsAnswerSchema,
} from './control-answers.ts';
import { decideContract } from './decide.ts';
import { decideAnswerSchema, trackingAnswerSchema } from './decide-answer.ts';
import {
  BUSINESS_EVENT_EXAMPLE,
  DECIDE_EXAMPLE,
  JOURNEY_EXAMPLE,
  PUBLISH_EXAMPLE,
  REDEMPTION_EXAMPLE,
  TRACKING_EXAMPLES,
} from './examples.ts';
import { journeyContract } from './journey.ts';
import { createKeyContract, deleteKeyContract, listKeysContract } from './keys.ts';
import {
  cancelRedemptionContract,
  commitRedemptionContract,
  getRedemptionContract,
  holdRedemptionContract,
  redemptionAnswerSchema,
  refundAnswerSchema,
  refundRedemptionContract,
} from './redemptions.ts';
import type { RequestContract } from './request-contract.ts';
import { getHealthContract, getOpenApiContract } from './service.ts';
import {
  claimTaskContract,
  escalateTaskContract,
  finishTaskContract,
  listTasksContract,
  taskAnswerSchema,
  tasksAnswerSchema,
} from './tasks.ts';
import { type TrackingCall, trackingContract } from './tracking.ts';
import { timelineAnswerSchema, visitorAnswerSchema } from './visitor-answer.ts';
import { getTimelineContract, getVisitorContract } from './visitors.ts';

/** A request header that an operation reads. */
interface HeaderParameter {
  readonly name: string;
  readonly description: string;
}

/** An answer that is a success. */
interface Success {
  readonly status: number;
  readonly description: string;
  /** Absent: no body. */
  readonly schema?: z.ZodType;
  /** Headers beside those that every answer has. */
  readonly headers?: readonly string[];
}

/** An operation, as the OpenAPI document describes it. */
export interface OperationDescription {
  readonly contract: RequestContract;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly headers?: readonly HeaderParameter[];
  /** Stands for the body where the contract's own schema takes any JSON. */
  readonly bodyComponent?: string;
  readonly bodyExample?: unknown;
  /** Examples of parameters, by name. */
  readonly parameterExamples?: { readonly [name: string]: string };
  readonly answers: readonly Success[];
  /** Problems of its own, beside those that follow from its route. */
  readonly problems?: readonly number[];
}

const ifNoneMatch: HeaderParameter = {
  name: 'if-none-match',
  description: 'An `etag` that the client has: 304 where it still holds.',
};
const identityToken: HeaderParameter = {
  name: 'x-identity-token',
  description: 'Proves the userId: a JWT of the shop.',
};
const idempotencyKey: HeaderParameter = {
  name: 'idempotency-key',
  description: 'Names this refund: the same key again gives the same answer.',
};
const notModified: Success = { status: 304, description: 'The client has it already.', headers: ['etag'] };

const tracking = (call: TrackingCall, short: boolean): OperationDescription => ({
  contract: { ...trackingContract, operationId: short ? `${call}Short` : call },
  tag: 'Tracking',
  summary: short ? `Short form of ${call}, as browsers' SDKs call it` : `Segment's ${call} call`,
  description: 'The key may come as `writeKey` in the body. Unknown fields are ignored.',
  bodyComponent:
    call === 'batch' ? 'TrackingBatch' : `Tracking${call.charAt(0).toUpperCase()}${call.slice(1)}`,
  bodyExample: TRACKING_EXAMPLES[call],
  answers: [
    {
      status: 200,
      description: 'Durable: it takes effect once for each messageId.',
      schema: trackingAnswerSchema,
    },
  ],
  problems: [503],
});

/** Every operation of `ROUTES`, by its operationId. */
export const OPERATIONS: { readonly [operationId: string]: OperationDescription } = {
  decide: {
    contract: decideContract,
    tag: 'Decide',
    summary: 'What now, for one visitor?',
    description:
      'Content for each placement, the cart with its offers applied, warnings before mistakes, the next question. ' +
      'Events may travel along: the decision reflects them. A publishable key decides for an anonymous visitor, or ' +
      'for a userId that `identityToken` proves; `explain` needs a secret key.',
    bodyExample: DECIDE_EXAMPLE,
    answers: [{ status: 200, description: 'The decision.', schema: decideAnswerSchema }],
    problems: [503],
  },
  getJourney: {
    contract: journeyContract,
    tag: 'Decide',
    summary: "A visitor's journey, read-only, for apps",
    headers: [identityToken, ifNoneMatch],
    parameterExamples: JOURNEY_EXAMPLE,
    answers: [
      { status: 200, description: 'As decide answers.', schema: decideAnswerSchema, headers: ['etag'] },
      notModified,
    ],
    problems: [503],
  },
  track: tracking('track', false),
  trackShort: tracking('track', true),
  identify: tracking('identify', false),
  identifyShort: tracking('identify', true),
  page: tracking('page', false),
  pageShort: tracking('page', true),
  screen: tracking('screen', false),
  screenShort: tracking('screen', true),
  group: tracking('group', false),
  groupShort: tracking('group', true),
  alias: tracking('alias', false),
  aliasShort: tracking('alias', true),
  batch: tracking('batch', false),
  batchShort: tracking('batch', true),
  receiveEvents: {
    contract: receiveEventsContract,
    tag: 'Business events',
    summary: 'Tell what happened: a flight is late, a parcel is stuck',
    description:
      'CloudEvents 1.0, one or a list of them; in a list, all or none are taken. Each reaches every visitor who follows ' +
      'its subject, and `user/<userId>` that person. A later event of the same type and subject supersedes the earlier.',
    bodyExample: BUSINESS_EVENT_EXAMPLE,
    answers: [{ status: 202, description: 'Durable.', schema: receivedAnswerSchema }],
    problems: [503],
  },
  getVisitor: {
    contract: getVisitorContract,
    tag: 'Visitors',
    summary: 'All that is known of a visitor',
    parameterExamples: { id: 'user:u-1' },
    answers: [{ status: 200, description: 'The visitor.', schema: visitorAnswerSchema }],
    problems: [404, 503],
  },
  getTimeline: {
    contract: getTimelineContract,
    tag: 'Visitors',
    summary: 'The story of a visitor: what happened and what was decided, newest first',
    parameterExamples: { id: 'user:u-1', limit: '50' },
    answers: [{ status: 200, description: 'A page of the story.', schema: timelineAnswerSchema }],
    problems: [404, 503],
  },
  getCatalog: {
    contract: getCatalogContract,
    tag: 'Catalog',
    summary: 'The active catalog',
    headers: [ifNoneMatch],
    answers: [
      { status: 200, description: 'The active version.', schema: catalogAnswerSchema, headers: ['etag'] },
      notModified,
    ],
    problems: [404, 503],
  },
  publishCatalog: {
    contract: publishCatalogContract,
    tag: 'Catalog',
    summary: 'Publish a catalog: a new version, active at once',
    headers: [{ name: 'if-match', description: 'The `etag` of the version that this one replaces.' }],
    bodyExample: PUBLISH_EXAMPLE,
    answers: [{ status: 200, description: 'Published.', schema: publishAnswerSchema, headers: ['etag'] }],
    problems: [412, 422, 503],
  },
  validateCatalog: {
    contract: validateCatalogContract,
    tag: 'Catalog',
    summary: 'What the lint says, without publishing',
    bodyExample: PUBLISH_EXAMPLE,
    answers: [{ status: 200, description: 'The findings.', schema: validateAnswerSchema }],
    problems: [422],
  },
  listCatalogVersions: {
    contract: listCatalogVersionsContract,
    tag: 'Catalog',
    summary: 'All versions',
    answers: [{ status: 200, description: 'The versions.', schema: versionsAnswerSchema }],
    problems: [503],
  },
  activateCatalog: {
    contract: activateCatalogContract,
    tag: 'Catalog',
    summary: 'Roll back, or forward, or to a share of the visitors',
    bodyExample: { version: 6 },
    answers: [{ status: 200, description: 'Active.', schema: activateAnswerSchema }],
    problems: [404, 503],
  },
  generateCodes: {
    contract: generateCodesContract,
    tag: 'Catalog',
    summary: 'Single-use codes of an offer, page by page',
    description:
      'Codes follow from the offer and their number: nothing is stored, the same page gives the same codes, and a ' +
      'larger `count` in the catalog adds some. They hold from when the offer is published.',
    parameterExamples: { id: 'welcome' },
    bodyExample: { from: 0, count: 1000 },
    answers: [{ status: 200, description: 'A page of codes.', schema: codesAnswerSchema }],
    problems: [404, 409, 503],
  },
  listKeys: {
    contract: listKeysContract,
    tag: 'Keys',
    summary: 'All keys, without their secrets',
    answers: [{ status: 200, description: 'The keys.', schema: keysAnswerSchema }],
    problems: [503],
  },
  createKey: {
    contract: createKeyContract,
    tag: 'Keys',
    summary: 'Create a key',
    bodyExample: { kind: 'publishable', label: 'Web shop', origins: ['https://shop.example'] },
    answers: [{ status: 201, description: 'The key, told this once.', schema: createdKeyAnswerSchema }],
    problems: [503],
  },
  deleteKey: {
    contract: deleteKeyContract,
    tag: 'Keys',
    summary: 'Delete a key: refused everywhere within 10 s',
    parameterExamples: { id: 'key-1' },
    answers: [{ status: 204, description: 'Deleted.' }],
    problems: [404, 503],
  },
  listTasks: {
    contract: listTasksContract,
    tag: 'Tasks',
    summary: 'Work for people',
    description: 'What journeys ask people to do, the oldest first.',
    parameterExamples: { queue: 'service' },
    answers: [{ status: 200, description: 'A page of tasks.', schema: tasksAnswerSchema }],
    problems: [503],
  },
  claimTask: {
    contract: claimTaskContract,
    tag: 'Tasks',
    summary: 'Take a task on',
    description: 'One person has it then. Who has it already may take it again; for all others it is 409.',
    parameterExamples: { id: 't-1' },
    bodyExample: { by: 'anna' },
    answers: [{ status: 200, description: 'Claimed.', schema: taskAnswerSchema }],
    problems: [404, 409, 503],
  },
  finishTask: {
    contract: finishTaskContract,
    tag: 'Tasks',
    summary: 'End a task with one of its outcomes',
    description:
      'The journey that asked goes on from there: it is told durably before this is answered. The same outcome twice ' +
      'is once; another one is 409.',
    parameterExamples: { id: 't-1' },
    bodyExample: { outcome: 'approved' },
    answers: [{ status: 200, description: 'Done, and the journey is told.', schema: taskAnswerSchema }],
    problems: [404, 409, 503],
  },
  escalateTask: {
    contract: escalateTaskContract,
    tag: 'Tasks',
    summary: 'Hand a task up',
    description: 'It is free again, for whoever can do more.',
    parameterExamples: { id: 't-1' },
    bodyExample: { reason: 'The contract is not in our files.' },
    answers: [{ status: 200, description: 'Escalated.', schema: taskAnswerSchema }],
    problems: [404, 409, 503],
  },
  holdRedemption: {
    contract: holdRedemptionContract,
    tag: 'Redemptions',
    summary: 'Hold every offer that an order applies, for 15 minutes',
    description:
      'The cart is priced as decide prices it, within what is left of every limit; an offer that is used up is not in ' +
      'it. Where others take the last of an offer at the same moment, 409 with the re-priced `cart`: nothing is held, ' +
      'and it may be tried again. The same orderId again gives the same answer.',
    bodyExample: REDEMPTION_EXAMPLE,
    answers: [
      { status: 201, description: 'Held.', schema: redemptionAnswerSchema },
      {
        status: 202,
        description:
          'Over the authorization of its account: nothing is held until `taskId` is done as `approved`.',
        schema: redemptionAnswerSchema,
      },
      { status: 200, description: 'It is known already.', schema: redemptionAnswerSchema },
    ],
    problems: [409, 503],
  },
  getRedemption: {
    contract: getRedemptionContract,
    tag: 'Redemptions',
    summary: 'An order, its cart and what it holds',
    parameterExamples: { orderId: 'o-1' },
    answers: [{ status: 200, description: 'The order.', schema: redemptionAnswerSchema }],
    problems: [404, 503],
  },
  commitRedemption: {
    contract: commitRedemptionContract,
    tag: 'Redemptions',
    summary: 'The order is paid',
    description:
      '`Order Completed` with that orderId does it too. Paid after its hold was released, it is taken again where ' +
      'there is room; else an offer is honoured, or the commit refused (409), as its `late` says. Twice is once.',
    parameterExamples: { orderId: 'o-1' },
    answers: [{ status: 200, description: 'Committed.', schema: redemptionAnswerSchema }],
    problems: [404, 409, 503],
  },
  cancelRedemption: {
    contract: cancelRedemptionContract,
    tag: 'Redemptions',
    summary: 'Give back all that an order has, paid or not',
    parameterExamples: { orderId: 'o-1' },
    answers: [{ status: 200, description: 'Cancelled.', schema: redemptionAnswerSchema }],
    problems: [404, 409, 503],
  },
  refundRedemption: {
    contract: refundRedemptionContract,
    tag: 'Redemptions',
    summary: 'The exact amount to pay back for some units',
    headers: [idempotencyKey],
    parameterExamples: { orderId: 'o-1' },
    bodyExample: { units: [{ lineId: 'l1', quantity: 1 }], shipping: false },
    answers: [{ status: 200, description: 'To be paid back.', schema: refundAnswerSchema }],
    problems: [404, 409, 503],
  },
  getHealth: {
    contract: getHealthContract,
    tag: 'Service',
    summary: 'Whether the service runs, and with what',
    answers: [{ status: 200, description: 'It runs.', schema: healthAnswerSchema }],
  },
  getOpenApi: {
    contract: getOpenApiContract,
    tag: 'Service',
    summary: 'This document',
    headers: [ifNoneMatch],
    answers: [{ status: 200, description: 'OpenAPI 3.1.', headers: ['etag'] }, notModified],
  },
};
