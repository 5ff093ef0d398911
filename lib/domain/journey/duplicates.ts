import { GLOBAL_HOLDOUT } from '../decision/draw.ts';
import { own } from '../own.ts';
import { endInstance } from './endings.ts';
import type { JourneyInstance } from './instance.ts';
import { holdoutOf } from './split.ts';
import type { World } from './world.ts';

/** Of two instances of one journey and key the one that came farther goes on; then the one that entered first. */
const comesBefore = (a: JourneyInstance, b: JourneyInstance): number =>
  b.steps - a.steps || a.enteredAt - b.enteredAt || (a.run < b.run ? -1 : 1);

/**
 * After two histories became one person: of instances for the same key the farther one survives, the others end as
 * `merged`; what those granted of the same offer is not held twice, and the rest goes over to the survivor. Where the
 * person is in the holdout, the survivor is.
 */
export const joinDuplicates = (world: World, at: number): void => {
  if (world.state.journeys.instances.length < 2) return;
  const groups = Map.groupBy(world.state.journeys.instances, ({ journeyId, key }) => `${journeyId}\n${key}`);
  for (const twins of groups.values()) {
    if (twins.length === 1) continue;
    const [survivor, ...others] = twins.toSorted(comesBefore);
    if (survivor === undefined || others.length === 0) continue;
    for (const other of others) {
      handOver(world, survivor, other);
      endInstance(world, other.run, 'merged', at);
    }
    if (twins.some(({ heldOut }) => heldOut) && !survivor.heldOut) withhold(world, survivor.run, at);
  }
};

/** The survivor gets the other's grants, except of offers that it granted itself. */
const handOver = (world: World, survivor: JourneyInstance, other: JourneyInstance): void => {
  const granted = new Set(
    world.state.grants.filter(({ run }) => run === survivor.run).map(({ offerId }) => offerId),
  );
  world.change({
    grants: world.state.grants.map((grant) =>
      grant.run === other.run && !granted.has(grant.offerId) && grant.poolId === null
        ? { ...grant, run: survivor.run }
        : grant,
    ),
  });
};

/**
 * Whoever joined a person who is in a holdout is in it too, for good (rule 3): what they were in the middle of goes no
 * further. A journey that recovers is not withheld by the global one.
 */
export const withholdHeldOut = (world: World, at: number): void => {
  const { assignments } = world.state;
  const globally = own(assignments, GLOBAL_HOLDOUT)?.variant === 'in';
  for (const instance of world.state.journeys.instances) {
    if (instance.heldOut) continue;
    const isExempt = (): boolean => world.catalog.journeys.find(instance)?.recovers === true;
    const isIn = own(assignments, holdoutOf(instance.journeyId))?.variant === 'in';
    if (isIn || (globally && !isExempt())) withhold(world, instance.run, at);
  }
};

/** Nobody in a holdout gets anything: what it shows ends, and only its goal is waited for from now on. */
const withhold = (world: World, run: string, at: number): void => {
  const instance = world.instance(run);
  if (instance === null) return;
  endInstance(world, run, 'merged', at);
  if (world.catalog.journeys.find(instance)?.goal == null) return;
  world.count(`in-flight/${instance.journeyId}/${instance.definition}/entered`);
  const { journeys } = world.state;
  const { shows: _, asks: __, ...rest } = instance;
  world.change({
    journeys: {
      ...journeys,
      ended: journeys.ended.filter((ended) => ended.run !== run),
      instances: [
        ...journeys.instances,
        { ...rest, shows: [], asks: [], tasks: [], pools: [], waiting: null, stepId: null, heldOut: true },
      ],
    },
  });
};
