import { describe, expect, it } from 'vitest';
import { compile, findings } from './support.ts';

const catalog = (...definitions: readonly string[]): string => definitions.join('\n---\n');
const journey = (id: string, on: string, steps: string): string =>
  `{ kind: journey, id: ${id}, enter: { on: ${on} }, goal: { on: Order Completed }, holdout: 10, steps: [${steps}] }`;
const emit = (event: string): string => `{ id: tell, emit: { event: ${event} } }`;

describe('an emit', () => {
  it('that brings the visitor into its own journey again is warned of', () => {
    const yaml = journey('a', '[Product Added, Again]', emit('Again'));
    expect(findings(yaml)).toEqual(['warning emit-loop journey/a steps[0].emit.event']);
    expect(compile(yaml).findings.find(({ code }) => code === 'emit-loop')?.evidence).toEqual({
      loop: ['a', 'a'],
    });
  });

  it('that does so through others is warned of in each of them, with the shortest way', () => {
    const yaml = catalog(
      journey('a', 'One', emit('Two')),
      journey('b', '[Two, Else]', `{ id: x, split: [ { name: s, weight: 1, steps: [${emit('Three')}] } ] }`),
      journey('c', 'Three', emit('One')),
      journey('d', 'One', '{ id: x, exit: done }'),
    );
    expect(findings(yaml)).toEqual([
      'warning emit-loop journey/a steps[0].emit.event',
      'warning emit-loop journey/b steps[0].split[0].steps[0].emit.event',
      'warning emit-loop journey/c steps[0].emit.event',
    ]);
    expect(
      compile(yaml).findings.flatMap(({ code, evidence }) => (code === 'emit-loop' ? [evidence.loop] : [])),
    ).toEqual([
      ['a', 'b', 'c', 'a'],
      ['b', 'c', 'a', 'b'],
      ['c', 'a', 'b', 'c'],
    ]);
  });

  it.each([
    ['ends', catalog(journey('a', 'One', emit('Two')), journey('b', 'Two', emit('Three')))],
    [
      'leads to a journey that emits nothing',
      catalog(journey('a', 'One', emit('Two')), journey('b', 'Two', '{ id: x, exit: y }')),
    ],
    ['comes a day later', journey('a', 'One', `{ id: w, wait: { for: P1D } }, ${emit('One')}`)],
    ['comes a month later', journey('a', 'One', `{ id: w, wait: { for: P1M } }, ${emit('One')}`)],
  ])('that %s is not', (_, yaml) => {
    expect(findings(yaml)).toEqual([]);
  });

  it('is warned of beside a loop that it only leads to', () => {
    const yaml = catalog(journey('a', 'One', emit('Two')), journey('b', 'Two', emit('Two')));
    expect(findings(yaml)).toEqual(['warning emit-loop journey/b steps[0].emit.event']);
  });

  it('that comes an hour later is still a loop', () => {
    const yaml = journey('a', 'One', `{ id: w, wait: { for: PT1H } }, ${emit('One')}`);
    expect(findings(yaml)).toEqual(['warning emit-loop journey/a steps[1].emit.event']);
  });

  it('is looked at in time however many journeys lead to one another', () => {
    const yaml = catalog(
      ...Array.from({ length: 400 }, (_, index) =>
        journey(
          `j-${index}`,
          `[E${index}, All]`,
          `${emit('All')}, { id: next, emit: { event: E${index + 1} } }`,
        ),
      ),
    );
    const began = performance.now();
    expect(findings(yaml)).toHaveLength(799);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('a grant', () => {
  const offer = (fields: string): string =>
    `{ kind: offer, id: o, reward: { type: percentage, value: 10 }, until: 2030-01-01T00:00:00Z, ${fields} }`;
  const granting = journey('a', 'One', '{ id: g, grant: { offer: o } }');

  it('of an offer that everybody has is warned of', () => {
    expect(findings(catalog(granting, offer('label: Ten off')))).toEqual([
      'warning grant-without-effect journey/a steps[0].grant.offer',
    ]);
  });

  it('of an offer that requires one is fine', () => {
    expect(findings(catalog(granting, offer('requiresGrant: true')))).toEqual([]);
  });

  it('of an offer that is not there is only told of once', () => {
    expect(findings(granting)).toEqual(['error reference-missing journey/a steps[0].grant.offer']);
  });
});
