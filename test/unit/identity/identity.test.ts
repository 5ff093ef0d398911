import { describe, expect, it } from 'vitest';
import { addLink, type Link, linkAt, linkNow, MAX_LINKS } from '../../../lib/domain/identity/links.ts';
import { mergeVisitors } from '../../../lib/domain/identity/merge.ts';
import { isVisitorId, parseIdKey, visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { VARIANT_ASSIGNED } from '../../../lib/domain/visitor/apply.ts';
import { stampOf, type VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { STRANGER } from '../../../lib/domain/visitor/state.ts';
import { apply, CONTEXT, event, START, visitorOf } from '../visitor/people.ts';

const draw = (variant: string, at: number, who: Partial<VisitorEvent>): VisitorEvent =>
  event({
    messageId: `draw-${variant}-${at}`,
    name: VARIANT_ASSIGNED,
    own: true,
    at,
    properties: { experiment: 'x', variant, seed: 'user:u' },
    ...who,
  });

const login = (at: number, anonymousId = 'a', userId = 'u'): VisitorEvent =>
  event({
    messageId: `login-${anonymousId}-${at}`,
    type: 'identify',
    name: 'identify',
    at,
    userId,
    anonymousId,
  });

const join = (known: typeof STRANGER, joined: typeof STRANGER, by: VisitorEvent) =>
  apply(mergeVisitors(known, joined, 'EUR', CONTEXT.now, stampOf(by)).visitor, [by]);

describe("a person's seed", () => {
  it('is the anonymous id of somebody who is first met by logging in', () => {
    expect(visitorOf([login(START)]).state.seed?.id).toBe('anon:a');
  });

  it('is their own id where they were known before they logged in on this device', () => {
    const known = event({ messageId: 'm', at: START - 1, userId: 'u' });
    expect(visitorOf([login(START), known]).state.seed?.id).toBe('user:u');
  });

  it('stays what it was when they log in on a second device', () => {
    expect(visitorOf([login(START + 1, 'b'), login(START, 'a')]).state.seed?.id).toBe('anon:a');
  });

  it('is nobody’s while the visitor is anonymous: they draw from their own id', () => {
    expect(visitorOf([event({ messageId: 'm', anonymousId: 'a' })]).state.seed).toBeNull();
  });
});

describe('a variant', () => {
  const anonymous = visitorOf([draw('red', START, { anonymousId: 'a' })]);

  it('is kept by a new person who drew it before logging in', () => {
    const { assignments } = join(STRANGER, anonymous, login(START + 10)).state;
    expect(assignments.x).toMatchObject({ variant: 'red' });
    expect(assignments.x).not.toHaveProperty('disputed');
  });

  it('of the known person stands, though the anonymous draw is older, and is disputed', () => {
    const known = visitorOf([draw('blue', START + 5, { userId: 'u' })]);
    expect(join(known, anonymous, login(START + 10)).state.assignments.x).toMatchObject({
      variant: 'blue',
      disputed: true,
    });
  });

  it('that came with the first device stands against an older one of the second', () => {
    const first = visitorOf([draw('blue', START + 5, { anonymousId: 'b' })]);
    const person = join(STRANGER, first, login(START + 6, 'b'));
    expect(join(person, anonymous, login(START + 10)).state.assignments.x).toMatchObject({
      variant: 'blue',
      disputed: true,
    });
  });

  it('is the older one where two known people become one', () => {
    const one = visitorOf([draw('blue', START + 5, { userId: 'u' })]);
    const other = visitorOf([draw('red', START + 2, { userId: 'v' })]);
    const { visitor } = mergeVisitors(one, other, 'EUR', CONTEXT.now);
    expect(visitor.state.assignments.x).toMatchObject({ variant: 'red', disputed: true });
  });

  it('is not disputed where both drew the same', () => {
    const known = visitorOf([draw('red', START + 5, { userId: 'u' })]);
    expect(join(known, anonymous, login(START + 10)).state.assignments.x).not.toHaveProperty('disputed');
  });
});

describe('the links of an id', () => {
  const link = (to: string, at: number): Link => ({ to, at, tie: `${at}` });

  it('say whom an event belongs to by when it happened', () => {
    const links = addLink(addLink([], link('father', 10)), link('son', 20));
    expect([5, 10, 15, 20, 25].map((at) => linkAt(links, { at, tie: '~' }))).toEqual([
      'father',
      'father',
      'father',
      'son',
      'son',
    ]);
    expect(linkNow(links)).toBe('son');
  });

  it('are the same whatever arrives first', () => {
    const inOrder = addLink(addLink([], link('father', 10)), link('son', 20));
    expect(addLink(addLink([], link('son', 20)), link('father', 10))).toEqual(inOrder);
  });

  it('are the very same list after a repeat, and after the same person logs in again', () => {
    const links = addLink([], link('father', 10));
    expect(addLink(links, link('father', 10))).toBe(links);
    expect(addLink(links, link('father', 11))).toBe(links);
  });

  it('are bounded: the newest stay', () => {
    let links: readonly Link[] = [];
    for (let at = 0; at < 40; at++) links = addLink(links, link(at % 2 === 0 ? 'father' : 'son', at));
    expect(links).toHaveLength(MAX_LINKS);
    expect(linkNow(links)).toBe('son');
  });
});

describe('a visitor id', () => {
  it('names the same person each time and does not say who it is', () => {
    expect(visitorIdOf('user:u-1')).toBe(visitorIdOf('user:u-1'));
    expect(isVisitorId(visitorIdOf('user:u-1'))).toBe(true);
    expect(visitorIdOf('user:u-1')).not.toBe(visitorIdOf('anon:u-1'));
  });

  it('is looked up by either kind of id, and by nothing else', () => {
    expect(parseIdKey('user:a:b')).toEqual({ kind: 'user', id: 'a:b' });
    expect(parseIdKey('anon:__proto__')).toEqual({ kind: 'anonymous', id: '__proto__' });
    expect(['user:', 'anon:', 'u', 'USER:u', ''].map(parseIdKey)).toEqual([null, null, null, null, null]);
  });
});
