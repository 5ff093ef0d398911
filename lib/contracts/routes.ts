/** The three kinds of key (`pk_`, `sk_`, `ak_`): in browsers and apps, on servers, for operators. */
export type KeyKind = 'publishable' | 'secret' | 'admin';

/** Each API function is one file, `functions/api/<name>.ts`, that exports `handler`. */
export type ApiFunction =
  | 'decide'
  | 'track-events'
  | 'receive-events'
  | 'get-visitor'
  | 'manage-catalog'
  | 'manage-keys'
  | 'manage-tasks'
  | 'redeem-offers'
  | 'describe-service';

/** One route of the service. The API Gateway, the local server, the OpenAPI document and tests all read these. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for a path parameter, as API Gateway and OpenAPI write it. */
  readonly path: string;
  readonly function: ApiFunction;
  /** Kinds of key that may call it; `null` where none is needed. An admin key may do all that a secret one may. */
  readonly keys: readonly KeyKind[] | null;
  /** Largest body in bytes, after unpacking; 0 where the route takes none. */
  readonly bodyLimit: number;
  /** Media types of the body that are taken. */
  readonly accepts: readonly string[];
  /** OpenAPI's operationId, and the name in logs and metrics. */
  readonly operationId: string;
}

const json = ['application/json'] as const;
const cloudEventTypes = [
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/json',
] as const;
const trackingTypes = ['application/json', 'text/plain'] as const;
const client: readonly KeyKind[] = ['publishable', 'secret', 'admin'];
const server: readonly KeyKind[] = ['secret', 'admin'];
const operator: readonly KeyKind[] = ['admin'];

const KILOBYTE = 1024;

const trackingRoute = (call: string, operationId: string, bodyLimit: number): Route => ({
  method: 'POST',
  path: `/v1/${call}`,
  function: 'track-events',
  keys: client,
  bodyLimit,
  accepts: trackingTypes,
  operationId,
});

const TRACKING_CALLS: readonly (readonly [name: string, short: string, bodyLimit: number])[] = [
  ['track', 't', 32 * KILOBYTE],
  ['identify', 'i', 32 * KILOBYTE],
  ['page', 'p', 32 * KILOBYTE],
  ['screen', 's', 32 * KILOBYTE],
  ['group', 'g', 32 * KILOBYTE],
  ['alias', 'a', 32 * KILOBYTE],
  ['batch', 'b', 500 * KILOBYTE],
];

const TASK_CALLS = [
  ['claim', 'claimTask'],
  ['done', 'finishTask'],
  ['escalate', 'escalateTask'],
] as const;

const REDEMPTION_CALLS = [
  ['commit', 'commitRedemption'],
  ['cancel', 'cancelRedemption'],
  ['refund', 'refundRedemption'],
] as const;

/** Every route of the deployed service. */
export const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/decide',
    function: 'decide',
    keys: client,
    bodyLimit: 500 * KILOBYTE,
    accepts: json,
    operationId: 'decide',
  },
  {
    method: 'GET',
    path: '/v1/journey',
    function: 'decide',
    keys: client,
    bodyLimit: 0,
    accepts: [],
    operationId: 'getJourney',
  },
  ...TRACKING_CALLS.flatMap(([name, short, limit]) => [
    trackingRoute(name, name, limit),
    trackingRoute(short, `${name}Short`, limit),
  ]),
  {
    method: 'POST',
    path: '/v1/events',
    function: 'receive-events',
    keys: server,
    bodyLimit: 500 * KILOBYTE,
    accepts: cloudEventTypes,
    operationId: 'receiveEvents',
  },
  {
    method: 'GET',
    path: '/v1/visitors/{id}',
    function: 'get-visitor',
    keys: server,
    bodyLimit: 0,
    accepts: [],
    operationId: 'getVisitor',
  },
  {
    method: 'GET',
    path: '/v1/visitors/{id}/timeline',
    function: 'get-visitor',
    keys: server,
    bodyLimit: 0,
    accepts: [],
    operationId: 'getTimeline',
  },
  {
    method: 'GET',
    path: '/v1/catalog',
    function: 'manage-catalog',
    keys: operator,
    bodyLimit: 0,
    accepts: [],
    operationId: 'getCatalog',
  },
  {
    method: 'PUT',
    path: '/v1/catalog',
    function: 'manage-catalog',
    keys: operator,
    bodyLimit: 6 * KILOBYTE * KILOBYTE,
    accepts: json,
    operationId: 'publishCatalog',
  },
  {
    method: 'POST',
    path: '/v1/catalog/validate',
    function: 'manage-catalog',
    keys: operator,
    bodyLimit: 6 * KILOBYTE * KILOBYTE,
    accepts: json,
    operationId: 'validateCatalog',
  },
  {
    method: 'GET',
    path: '/v1/catalog/versions',
    function: 'manage-catalog',
    keys: operator,
    bodyLimit: 0,
    accepts: [],
    operationId: 'listCatalogVersions',
  },
  {
    method: 'POST',
    path: '/v1/catalog/activate',
    function: 'manage-catalog',
    keys: operator,
    bodyLimit: 4 * KILOBYTE,
    accepts: json,
    operationId: 'activateCatalog',
  },
  {
    method: 'POST',
    path: '/v1/offers/{id}/codes',
    function: 'manage-catalog',
    keys: operator,
    bodyLimit: 4 * KILOBYTE,
    accepts: json,
    operationId: 'generateCodes',
  },
  {
    method: 'GET',
    path: '/v1/keys',
    function: 'manage-keys',
    keys: operator,
    bodyLimit: 0,
    accepts: [],
    operationId: 'listKeys',
  },
  {
    method: 'POST',
    path: '/v1/keys',
    function: 'manage-keys',
    keys: operator,
    bodyLimit: 4 * KILOBYTE,
    accepts: json,
    operationId: 'createKey',
  },
  {
    method: 'DELETE',
    path: '/v1/keys/{id}',
    function: 'manage-keys',
    keys: operator,
    bodyLimit: 0,
    accepts: [],
    operationId: 'deleteKey',
  },
  {
    method: 'GET',
    path: '/v1/tasks',
    function: 'manage-tasks',
    keys: server,
    bodyLimit: 0,
    accepts: [],
    operationId: 'listTasks',
  },
  ...TASK_CALLS.map(
    ([call, operationId]): Route => ({
      method: 'POST',
      path: `/v1/tasks/{id}/${call}`,
      function: 'manage-tasks',
      keys: server,
      bodyLimit: 4 * KILOBYTE,
      accepts: json,
      operationId,
    }),
  ),
  {
    method: 'POST',
    path: '/v1/redemptions',
    function: 'redeem-offers',
    keys: server,
    bodyLimit: 500 * KILOBYTE,
    accepts: json,
    operationId: 'holdRedemption',
  },
  {
    method: 'GET',
    path: '/v1/redemptions/{orderId}',
    function: 'redeem-offers',
    keys: server,
    bodyLimit: 0,
    accepts: [],
    operationId: 'getRedemption',
  },
  ...REDEMPTION_CALLS.map(
    ([call, operationId]): Route => ({
      method: 'POST',
      path: `/v1/redemptions/{orderId}/${call}`,
      function: 'redeem-offers',
      keys: server,
      bodyLimit: 64 * KILOBYTE,
      accepts: json,
      operationId,
    }),
  ),
  {
    method: 'GET',
    path: '/health',
    function: 'describe-service',
    keys: null,
    bodyLimit: 0,
    accepts: [],
    operationId: 'getHealth',
  },
  {
    method: 'GET',
    path: '/openapi.json',
    function: 'describe-service',
    keys: null,
    bodyLimit: 0,
    accepts: [],
    operationId: 'getOpenApi',
  },
];
