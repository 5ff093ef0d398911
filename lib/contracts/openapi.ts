import * as z from 'zod';
import type { Kind } from '../domain/catalog/definition.ts';
import { decideAnswerSchema, trackingAnswerSchema } from './http/decide-answer.ts';
import { OPERATIONS, type OperationDescription } from './http/operations.ts';
import { problemSchema } from './http/problem.ts';
import { batchEnvelopeSchema, EVENT_SCHEMAS, MAX_BATCH_EVENTS } from './http/tracking-schemas.ts';
import { visitorAnswerSchema } from './http/visitor-answer.ts';
import { ROUTES, type Route } from './routes.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** An OpenAPI 3.1 document, as far as this module makes one. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: { readonly [path: string]: { readonly [method: string]: unknown } };
  readonly components: { readonly [section: string]: unknown };
}

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const KINDS = {
  settings: true,
  segment: true,
  problem: true,
  follow: true,
  experience: true,
  journey: true,
  offer: true,
  guard: true,
  question: true,
  kpi: true,
  list: true,
  learn: true,
  authorization: true,
} as const satisfies { readonly [K in Kind]: true };

/** Answers that have a name of their own in the document. */
const ANSWERS: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [decideAnswerSchema, 'Decision'],
  [trackingAnswerSchema, 'TrackingAnswer'],
  [visitorAnswerSchema, 'Visitor'],
]);

const answerSchema = (schema: z.ZodType) => {
  const name = ANSWERS.get(schema);
  return name === undefined ? schemaOf(schema, 'output') : ref(name);
};

const PROBLEM_TITLES: { readonly [status: number]: string } = {
  400: 'Invalid: `errors` says where and what was expected.',
  401: 'No key, or one that is not known.',
  403: 'The key may not do this, or not from this origin.',
  404: 'Nothing there.',
  409: 'The state of things does not allow it now.',
  412: 'The version that `If-Match` names is not the current one.',
  413: 'Over a limit; nothing of it was taken.',
  415: 'Not a media type that is taken.',
  422: 'Understood, and refused by its checks: `findings`.',
  429: 'Too many requests: `Retry-After` says when to try again.',
  500: 'Our fault.',
  503: 'Something that the answer depends on did not answer: try again.',
};

const problemStatuses = (route: Route, operation: OperationDescription): readonly number[] => [
  ...new Set(
    [
      ...(isEmpty(operation.contract.query) && route.bodyLimit === 0 ? [] : [400]),
      ...(route.keys === null ? [] : [401, 403, 429]),
      ...(route.bodyLimit === 0 ? [] : [413, 415]),
      ...(operation.problems ?? []),
      500,
    ].toSorted((a, b) => a - b),
  ),
];

const isEmpty = (schema: z.ZodType): boolean => !(schema instanceof z.ZodObject);

const problems = (statuses: readonly number[]) =>
  Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]));

const answers = (operation: OperationDescription) =>
  Object.fromEntries(
    operation.answers.map(({ status, description, schema, headers = [] }) => [
      status,
      {
        description,
        headers: Object.fromEntries(
          ['x-request-id', ...headers].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
        ),
        ...(schema === undefined
          ? {}
          : { content: { 'application/json': { schema: answerSchema(schema) } } }),
      },
    ]),
  );

const objectParameters = (schema: z.ZodType, place: 'path' | 'query', operation: OperationDescription) => {
  if (!(schema instanceof z.ZodObject)) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input');
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
    ...(operation.parameterExamples?.[name] === undefined
      ? {}
      : { example: operation.parameterExamples[name] }),
  }));
};

const parameters = (operation: OperationDescription) => [
  ...objectParameters(operation.contract.params, 'path', operation),
  ...objectParameters(operation.contract.query, 'query', operation),
  ...(operation.headers ?? []).map(({ name, description }) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  })),
];

const requestBody = (route: Route, { contract, bodyComponent, bodyExample }: OperationDescription) => {
  const schema = bodyComponent === undefined ? schemaOf(contract.body, 'input') : ref(bodyComponent);
  const media = { schema, ...(bodyExample === undefined ? {} : { example: bodyExample }) };
  return {
    required: contract.bodyOptional !== true,
    description: `At most ${route.bodyLimit} bytes, unpacked; gzip is taken.`,
    content: Object.fromEntries(route.accepts.map((type) => [type, media])),
  };
};

const SCHEMES = { publishable: 'publishableKey', secret: 'secretKey', admin: 'adminKey' } as const;

const operationObject = (route: Route, operation: OperationDescription) => ({
  operationId: route.operationId,
  tags: [operation.tag],
  summary: operation.summary,
  ...(operation.description === undefined ? {} : { description: operation.description }),
  security:
    route.keys === null
      ? []
      : [
          ...route.keys.map((kind) => ({ [SCHEMES[kind]]: [] })),
          ...(route.keys.includes('publishable') ? [{ basic: [] }] : []),
        ],
  ...(parameters(operation).length === 0 ? {} : { parameters: parameters(operation) }),
  ...(route.bodyLimit === 0 ? {} : { requestBody: requestBody(route, operation) }),
  responses: { ...answers(operation), ...problems(problemStatuses(route, operation)) },
});

const createPaths = (): OpenApiDocument['paths'] => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES) {
    const operation = OPERATIONS[route.operationId];
    if (operation === undefined) throw new Error(`no operation is described for ${route.operationId}`);
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operationObject(route, operation);
    paths[route.path] = path;
  }
  return paths;
};

const trackingComponents = () => {
  const calls = Object.entries(EVENT_SCHEMAS).map(([call, schema]) => ({
    call,
    name: `Tracking${call.charAt(0).toUpperCase()}${call.slice(1)}`,
    schema: schemaOf(schema, 'input'),
  }));
  const envelope = schemaOf(batchEnvelopeSchema, 'input');
  return {
    ...Object.fromEntries(calls.map(({ name, schema }) => [name, schema])),
    TrackingEvent: {
      description: 'An event that says by `type` which call it is.',
      oneOf: calls.map(({ name, call }) => ({
        allOf: [ref(name), { type: 'object', required: ['type'], properties: { type: { const: call } } }],
      })),
    },
    TrackingBatch: {
      ...envelope,
      properties: {
        ...envelope.properties,
        batch: { type: 'array', maxItems: MAX_BATCH_EVENTS, items: ref('TrackingEvent') },
      },
    },
  };
};

const key = (prefix: string, use: string) => ({
  type: 'http',
  scheme: 'bearer',
  bearerFormat: `${prefix}…`,
  description: use,
});

const components = (): OpenApiDocument['components'] => ({
  schemas: {
    Problem: schemaOf(problemSchema, 'output'),
    Definition: {
      type: 'object',
      description: 'A definition of the catalog; the JSON Schemas for editors say all of each kind.',
      required: ['kind', 'id'],
      properties: {
        kind: { enum: Object.keys(KINDS) },
        id: { type: 'string', pattern: '^[a-z0-9-]+$', maxLength: 100 },
      },
    },
    ...trackingComponents(),
    ...Object.fromEntries([...ANSWERS].map(([schema, name]) => [name, schemaOf(schema, 'output')])),
  },
  responses: Object.fromEntries(
    Object.entries(PROBLEM_TITLES).map(([status, description]) => [
      `Problem${status}`,
      {
        description,
        headers: {
          'x-request-id': { $ref: '#/components/headers/x-request-id' },
          ...(status === '429' || status === '503'
            ? { 'retry-after': { $ref: '#/components/headers/retry-after' } }
            : {}),
        },
        content: { 'application/problem+json': { schema: ref('Problem') } },
      },
    ]),
  ),
  headers: {
    'x-request-id': {
      description: "The request's id, the caller's own where it sent one.",
      schema: { type: 'string' },
    },
    'retry-after': { description: 'Seconds.', schema: { type: 'integer' } },
    etag: { description: 'Tag of this very answer, for `If-None-Match`.', schema: { type: 'string' } },
  },
  securitySchemes: {
    publishableKey: key('pk_', 'In browsers and apps.'),
    secretKey: key('sk_', 'On servers.'),
    adminKey: key('ak_', 'For operators; may do all that a secret key may.'),
    basic: {
      type: 'http',
      scheme: 'basic',
      description: 'The key as user name, an empty password: as SDKs send it.',
    },
  },
});

/**
 * The OpenAPI 3.1 document of the service, made of the route table and of the very schemas that validate requests.
 *
 * @param version - of the service
 */
export const createOpenApiDocument = (version: string): OpenApiDocument => ({
  openapi: '3.1.1',
  info: {
    title: 'Wend',
    version,
    description: 'Asks, for one visitor: what now? Tracking, decisions, visitors, catalog and keys.',
  },
  tags: ['Decide', 'Tracking', 'Visitors', 'Tasks', 'Catalog', 'Keys', 'Service'].map((name) => ({ name })),
  paths: createPaths(),
  components: components(),
});
