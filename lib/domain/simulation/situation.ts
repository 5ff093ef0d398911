import type { CompiledCatalog, CompiledExperience } from '../catalog/compiled.ts';
import type { Condition, ConditionNode, EventsNode } from '../condition/condition.ts';
import { drawGlobalHoldout, drawVariant } from '../decision/draw.ts';
import type { PlacementRequest } from '../decision/request.ts';
import { isJsonObject, type Json } from '../json.ts';
import { own } from '../own.ts';
import { type Duration, fixedMilliseconds, subtractDuration } from '../time/duration.ts';
import type { Counter } from '../visitor/counters.ts';
import { countSessions } from '../visitor/sessions.ts';
import { currentCart, isKnown, type VisitorState } from '../visitor/state.ts';

/**
 * All that a decision without a cart looks at in a visitor, as a text: who has the same is shown the same. Null where
 * there is more to look at than it holds: a cart, a problem, a journey.
 *
 * @param seed - what the visitor draws from
 * @param now - the decision's clock, milliseconds since 1970
 */
export type SituationOf = (state: VisitorState, seed: string, now: number) => string | null;

/** Where a catalog looks at more than so many things, hardly two visitors are alike. */
const MAX_PARTS = 64;
/** Of each of them so many values can be told apart: each is one character of the text. */
const MAX_VALUES = 65_536;

/** Operators by which a condition begins or ceases to hold as time passes. */
const TIMED: ReadonlySet<string> = new Set(['$within', '$olderThan', '$inNext', '$inOrders']);

const isTimed = (document: Json | undefined): boolean => {
  if (Array.isArray(document)) return document.some(isTimed);
  if (!isJsonObject(document)) return false;
  return Object.entries(document).some(([key, value]) => TIMED.has(key) || isTimed(value));
};

/** The conditions, and those of the segments that they name. */
const withSegments = (
  conditions: readonly Condition[],
  segments: CompiledCatalog['segments'],
): readonly Condition[] => {
  const all = new Set(conditions);
  for (const condition of all) {
    for (const id of condition.segments) {
      const segment = segments.get(id);
      if (segment !== undefined) all.add(segment);
    }
  }
  return [...all];
};

const countsIn = (node: ConditionNode): readonly EventsNode[] => {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.nodes.flatMap(countsIn);
    case 'not':
      return countsIn(node.node);
    case 'events':
      return [node];
    case 'fact':
    case 'segment':
      return [];
  }
};

/** A count that is asked for: from one more than `most` on nothing changes. */
interface AskedCount {
  readonly counterId: string;
  readonly sinceOf: (now: number) => number | null;
  readonly most: number;
}

const sinceOf = (within: Duration | null): AskedCount['sinceOf'] => {
  if (within === null) return () => null;
  const fixed = fixedMilliseconds(within);
  return fixed === null ? (now) => subtractDuration(now, within) : (now) => now - fixed;
};

/** The largest number that a count is compared with: whole numbers alone are (`parseEvents`). */
const largestNamed = (written: Json | undefined): number => {
  if (typeof written === 'number') return written;
  return isJsonObject(written) ? Math.max(0, ...Object.values(written).map(largestNamed)) : 1;
};

const askedCountOf = ({ counter, within, written }: EventsNode): AskedCount => ({
  counterId: counter.id,
  sinceOf: sinceOf(within),
  most: largestNamed(isJsonObject(written) ? written['count'] : undefined) + 1,
});

const countUpTo = (counter: Counter | undefined, since: number | null, most: number): number => {
  if (counter === undefined) return 0;
  if (since === null) return Math.min(counter.total, most);
  const { times } = counter;
  let count = 0;
  while (count < most && (times[times.length - 1 - count] ?? Number.NEGATIVE_INFINITY) >= since) count += 1;
  return count;
};

/** One fact of a visitor as a text; null where it is not told so. */
type Tell = (state: VisitorState) => string | null;

const EMPTY: Tell = () => '';

const STATISTICS: { readonly [name: string]: Tell } = {
  orders: ({ orders }) => String(orders.count),
  revenue: ({ orders }) => String(orders.revenue),
  averageOrder: ({ orders }) => `${orders.revenue}/${orders.summed}`,
  lastOrderAt: ({ orders }) => String(orders.lastOrderAt),
  sessions: ({ sessions }) => String(countSessions(sessions)),
  firstSeenAt: ({ firstSeenAt }) => String(firstSeenAt),
  lastSeenAt: ({ lastSeenAt }) => String(lastSeenAt),
};

const isNothing = (record: object): string | null => (Object.keys(record).length === 0 ? '' : null);

/** How a fact is told; null where it is not. */
const tellerOf = (fact: string): Tell | null => {
  const [root, field, name] = fact.split('.');
  // A simulated page has no context, and one channel. Who has a cart, a problem or a journey is told nothing of.
  if (root === 'cart' || root === 'context' || root === 'channel') return EMPTY;
  if (root === 'account') return ({ groups }) => isNothing(groups);
  if (root !== 'visitor') return null;
  switch (field) {
    case 'traits':
    case 'preferences':
    case 'consents':
      if (name === undefined) return null;
      return (state) => {
        const register = own(state[field], name);
        return register === undefined ? '' : JSON.stringify(register.value);
      };
    case 'stats':
      return name === undefined ? null : (own(STATISTICS, name) ?? null);
    case 'known':
      return (state) => (isKnown(state) ? '1' : '0');
    case 'openProblems':
    case 'journeys':
    case 'learned':
      return EMPTY;
    case 'household':
      return ({ groups }) => isNothing(groups);
    default:
      return null;
  }
};

/** The same with a number for each text, in the order in which they are first met; null beyond {@link MAX_VALUES}. */
const numbered = (tell: Tell): ((state: VisitorState) => number | null) => {
  const numbers = new Map<string, number>();
  return (state) => {
    const told = tell(state);
    if (told === null) return null;
    const known = numbers.get(told);
    if (known !== undefined) return known;
    if (numbers.size === MAX_VALUES) return null;
    numbers.set(told, numbers.size);
    return numbers.size - 1;
  };
};

/** Which variant a visitor has, or would draw; 0: none. */
const armOf = (experience: CompiledExperience, person: Parameters<typeof drawVariant>[1]): number => {
  const variant = drawVariant(experience, person)?.variant;
  return variant === undefined ? 0 : experience.variants.indexOf(variant) + 1;
};

const CONTACT_STYLE = 'visitor.preferences.contactStyle';

/** What of experiences begins and ends by itself, ascending; milliseconds since 1970. */
const turnsOf = (experiences: readonly CompiledExperience[]): readonly number[] =>
  [...new Set(experiences.flatMap(({ from, until }) => [from, until]))]
    .filter((at) => at !== null)
    .sort((a, b) => a - b);

/** The catalog's experiences that may stand in any of the placements. */
const experiencesIn = (
  catalog: CompiledCatalog,
  placements: readonly PlacementRequest[],
): readonly CompiledExperience[] =>
  catalog.experiences.filter((experience) => placements.some(({ id }) => experience.placements.includes(id)));

/**
 * Works out what the experiences of a catalog look at, once for all decisions of a simulation.
 *
 * @returns null where they look at the time, at a fact that no text tells, or at too much
 */
export const situationsOf = (
  catalog: CompiledCatalog,
  placements: readonly PlacementRequest[],
): SituationOf | null => {
  const experiences = experiencesIn(catalog, placements);
  const conditions = withSegments(
    experiences.map(({ condition }) => condition),
    catalog.segments,
  );
  if (conditions.some(({ document }) => isTimed(document))) return null;
  const consents = experiences.flatMap(({ consent }) =>
    consent === null ? [] : [`visitor.consents.${consent}`],
  );
  const facts = new Set([CONTACT_STYLE, ...consents, ...conditions.flatMap((condition) => condition.facts)]);
  const tellers = [...facts]
    .map(tellerOf)
    .filter((tell) => tell !== null)
    .map(numbered);
  const counts = conditions.flatMap(({ root }) => countsIn(root)).map(askedCountOf);
  for (const { limit } of experiences) {
    if (limit !== null)
      counts.push({ counterId: limit.counterId, sinceOf: sinceOf(limit.per), most: limit.max });
  }
  const drawn = experiences.filter(({ variants }) => variants.length > 1 || variants[0]?.id !== null);
  const turns = turnsOf(experiences);
  const parts = 2 + counts.length + drawn.length + tellers.length;
  if (tellers.length < facts.size || parts > MAX_PARTS) return null;
  if (turns.length >= MAX_VALUES || counts.some(({ most }) => most >= MAX_VALUES)) return null;
  const values = Array.from({ length: parts }, () => 0);

  return (state, seed, now) => {
    const { problems, journeys, counters, assignments } = state;
    if (problems.length > 0 || journeys.instances.length > 0 || currentCart(state) !== null) return null;
    const person = { seed, assignments };
    let part = 0;
    values[part++] = turns.findLastIndex((at) => at <= now) + 1;
    values[part++] = drawGlobalHoldout(catalog.settings.globalHoldout, person).heldOut ? 1 : 0;
    for (const { counterId, sinceOf, most } of counts)
      values[part++] = countUpTo(own(counters, counterId), sinceOf(now), most);
    for (const experience of drawn) values[part++] = armOf(experience, person);
    for (const numberOf of tellers) {
      const number = numberOf(state);
      if (number === null) return null;
      values[part++] = number;
    }
    return String.fromCharCode(...values);
  };
};
