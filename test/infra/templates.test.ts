import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deployedPicture, PICTURE_PATH } from '../../scripts/deployed-picture.ts';
import { WITH_EDGE, WITH_REPLICA } from './extras.ts';
import { type Resource, synthesize } from './synthesize.ts';

/** What says nothing about a template: hashes of code, and sentences, which have tests of their own. */
const LEFT_OUT = new Set(['Code', 'Description', 'AlarmDescription', 'DashboardBody', 'PolicyName']);

/** Ids end with a hash of where their construct stands. */
const withoutHash = (id: string): string => id.replace(/[0-9A-F]{8}(?:[0-9a-f]{32})?$/, '');

const normalized = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(normalized);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      if (LEFT_OUT.has(key)) return [];
      if (key === 'Ref' && typeof inner === 'string') return [[key, withoutHash(inner)]];
      if (key === 'Fn::GetAtt' && Array.isArray(inner))
        return [[key, `${withoutHash(String(inner[0]))}.${inner[1]}`]];
      return [[key, normalized(inner)]];
    }),
  );
};

/** A line for each resource: a change of one shows as one. */
const linesOf = (resources: readonly Resource[]): readonly string[] =>
  resources
    .map(({ id, Type, Properties, DeletionPolicy }) => {
      const kept = DeletionPolicy === undefined ? '' : ` (${DeletionPolicy})`;
      return `${Type.replace('AWS::', '')} ${withoutHash(id)}${kept} ${JSON.stringify(normalized(Properties))}`;
    })
    .sort();

describe('what is deployed to production', () => {
  const { resources, templates } = synthesize('production');

  it.each([...templates.keys()])('is, in the stack %s, what somebody looked at', (stack) => {
    expect(linesOf(resources.filter((resource) => resource.stack === stack))).toMatchSnapshot();
  });

  it.each([
    ['edge', WITH_EDGE],
    ['replica-us-west-2', WITH_REPLICA],
  ])('is, in the stack %s of whoever wants it, what somebody looked at', (stack, overrides) => {
    const wanted = synthesize('production', overrides).resources;
    expect(linesOf(wanted.filter((resource) => resource.stack === stack))).toMatchSnapshot();
  });

  it('is what its picture shows; `node scripts/deployed-picture.ts` draws it anew', () => {
    const drawn = readFileSync(new URL(`../../${PICTURE_PATH}`, import.meta.url), 'utf8');
    expect(drawn).toBe(deployedPicture());
  });
});
