import { counterOf } from '../../../lib/adapters/dynamodb/counter-items.ts';
import type { Outcome } from '../life-of-a-seed.ts';
import { wanted } from './effects.ts';
import type { Law } from './laws.ts';
import { peopleOf } from './people.ts';

const countersIn = ({ log }: Outcome): ReadonlyMap<string, number> =>
  new Map(
    log.flatMap((item) => (item.pk?.S?.startsWith('counter#') ? [[counterOf(item), Number(item.n?.N)]] : [])),
  );

const sumsOf = (names: Iterable<readonly [name: string, add: number]>): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  for (const [name, add] of names) sums.set(name, (sums.get(name) ?? 0) + add);
  return sums;
};

/** What commits counted is in the counters, each once. */
export const countersLaw: Law = (outcome) => {
  const stored = countersIn(outcome);
  const expected = sumsOf(
    wanted(outcome, 'count').map(({ effect }) => [effect.counter, effect.add] as const),
  );
  return [...expected].flatMap(([name, sum]) =>
    stored.get(name) === sum ? [] : [`${name} was counted ${sum} times and is ${stored.get(name)}`],
  );
};

/** Whoever was counted in and not out is in flight, of each definition. */
export const journeysCountedLaw: Law = (outcome) => {
  const stored = countersIn(outcome);
  const inFlight = sumsOf(
    peopleOf(outcome).flatMap(({ visitor }) =>
      visitor.state.journeys.instances.map(
        ({ journeyId, definition }) => [`in-flight/${journeyId}/${definition}`, 1] as const,
      ),
    ),
  );
  const names = [...stored.keys()].filter((name) => name.startsWith('in-flight/'));
  const counted = new Set([...inFlight.keys(), ...names.map((name) => name.slice(0, name.lastIndexOf('/')))]);
  return [...counted].flatMap((name) => {
    const left = (stored.get(`${name}/entered`) ?? 0) - (stored.get(`${name}/ended`) ?? 0);
    const real = inFlight.get(name) ?? 0;
    return left === real ? [] : [`${name} says ${left}, and there are ${real}`];
  });
};
