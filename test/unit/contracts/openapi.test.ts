import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { publishRequestSchema } from '../../../lib/contracts/http/catalog.ts';
import { decideContract } from '../../../lib/contracts/http/decide.ts';
import {
  DECIDE_EXAMPLE,
  JOURNEY_EXAMPLE,
  PUBLISH_EXAMPLE,
  TRACKING_EXAMPLES,
} from '../../../lib/contracts/http/examples.ts';
import { journeyQuerySchema } from '../../../lib/contracts/http/journey.ts';
import { OPERATIONS } from '../../../lib/contracts/http/operations.ts';
import { readEvents, readInlineEvents, type TrackingCall } from '../../../lib/contracts/http/tracking.ts';
import { createOpenApiDocument } from '../../../lib/contracts/openapi.ts';
import { ROUTES } from '../../../lib/contracts/routes.ts';
import { generatedFiles } from '../../../scripts/generated-files.ts';

const document: unknown = JSON.parse(JSON.stringify(createOpenApiDocument('1.2.3')));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const walk = (value: unknown, visit: (node: Record<string, unknown>) => void): void => {
  if (!isObject(value)) return;
  visit(value);
  for (const child of Object.values(value)) walk(child, visit);
};

const at = (pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), document);

const operationsOf = (): readonly { path: string; method: string; operation: Record<string, unknown> }[] => {
  const paths = isObject(document) && isObject(document['paths']) ? document['paths'] : {};
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isObject(methods) ? methods : {}).flatMap(([method, operation]) =>
      isObject(operation) ? [{ path, method, operation }] : [],
    ),
  );
};

describe('the OpenAPI document', () => {
  it('has every route, and nothing that is no route', () => {
    const described = operationsOf().map(({ path, method, operation }) => [
      method,
      path,
      operation['operationId'],
    ]);
    expect(described.toSorted()).toEqual(
      ROUTES.map((route) => [route.method.toLowerCase(), route.path, route.operationId]).toSorted(),
    );
    expect(Object.keys(OPERATIONS).toSorted()).toEqual(ROUTES.map((route) => route.operationId).toSorted());
  });

  it('is told by each contract which operation it is of', () => {
    for (const [operationId, { contract }] of Object.entries(OPERATIONS))
      expect(contract.operationId).toBe(operationId);
  });

  it('refers to nothing that is not there', () => {
    const broken: unknown[] = [];
    walk(document, (node) => {
      const { $ref } = node;
      if (typeof $ref === 'string' && (!$ref.startsWith('#/') || at($ref) === undefined)) broken.push($ref);
    });
    expect(broken).toEqual([]);
  });

  it('has no component that nothing refers to, but the kinds of key', () => {
    const text = JSON.stringify(document);
    for (const section of ['schemas', 'responses', 'headers']) {
      const components = at(`#/components/${section}`);
      for (const name of Object.keys(isObject(components) ? components : {})) {
        expect(text, `${section}/${name}`).toContain(`"#/components/${section}/${name}"`);
      }
    }
  });

  it('names a known key for each operation that needs one, and every path parameter', () => {
    for (const route of ROUTES) {
      const found = operationsOf().find(
        ({ operation }) => operation['operationId'] === route.operationId,
      )?.operation;
      const security = z.array(z.record(z.string(), z.array(z.string()))).parse(found?.['security']);
      for (const scheme of security.flatMap((entry) => Object.keys(entry))) {
        expect(at(`#/components/securitySchemes/${scheme}`)).toBeDefined();
      }
      expect(security.length > 0).toBe(route.keys !== null);
      const parameters = z
        .array(z.looseObject({ name: z.string(), in: z.string() }))
        .parse(found?.['parameters'] ?? []);
      expect(parameters.filter((one) => one.in === 'path').map((one) => one.name)).toEqual(
        [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
    }
  });

  it('describes the schema that validates', () => {
    expect(OPERATIONS['decide']?.contract).toBe(decideContract);
  });

  it('is the committed one, and so is all else that is generated', async () => {
    for (const { path, text } of await generatedFiles()) {
      const committed = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8').catch(() => '');
      expect(committed === text, `${path} has drifted: run npm run generate`).toBe(true);
    }
  });
});

describe('its examples', () => {
  const options = { receivedAt: Date.parse('2026-11-22T08:00:00Z'), newId: () => 'm' };

  it.each(Object.keys(TRACKING_EXAMPLES))('of %s is taken', (name) => {
    const call = z
      .custom<TrackingCall>((value) => typeof value === 'string' && value in TRACKING_EXAMPLES)
      .parse(name);
    expect(readEvents(call, TRACKING_EXAMPLES[call], options)).toMatchObject({
      outcome: 'read',
      rejected: [],
    });
  });

  it('of decide, journey and catalog are taken', () => {
    expect(decideContract.body.safeParse(DECIDE_EXAMPLE).error).toBeUndefined();
    expect(readInlineEvents(DECIDE_EXAMPLE.events, 'events', { anonymousId: 'a' }, options).ok).toBe(true);
    expect(journeyQuerySchema.safeParse(JOURNEY_EXAMPLE).error).toBeUndefined();
    expect(publishRequestSchema.safeParse(PUBLISH_EXAMPLE).error).toBeUndefined();
  });
});
