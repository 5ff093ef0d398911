import type { CompiledFollow } from '../catalog/load-listeners.ts';
import { addDuration, maximumMilliseconds } from '../time/duration.ts';
import { parseInstant } from '../time/instant.ts';
import { factAt } from './facts.ts';
import type { Happening } from './happening.ts';
import type { World } from './world.ts';

/** Longest subject that can be followed, characters. */
const MAX_SUBJECT = 1_000;

/** Follows the subjects of business events that an event makes the visitor want to hear of. */
export const followSubjects = (world: World, happening: Happening): void => {
  if (happening.isLate) return;
  for (const follow of world.catalog.follows) {
    if (follow.listener.on.has(happening.name)) start(world, follow, happening);
  }
};

const start = (world: World, follow: CompiledFollow, happening: Happening): void => {
  const { definition } = follow;
  const facts = world.facts(happening.at, happening.facts);
  if (!world.holds(follow.listener.where, facts)) return;
  const rendered = world.render(follow.subject, facts);
  const subject = rendered.ok && typeof rendered.content === 'string' ? rendered.content.trim() : '';
  if (subject === '' || subject.length > MAX_SUBJECT) return;
  const until = untilOf(world, follow, happening);
  if (until !== null && until <= world.surroundings.now) return;
  const rank = definition.rank === undefined ? 0 : factAt(facts, definition.rank);
  const gap = follow.waveGap;
  world.want({
    kind: 'follow',
    followId: definition.id,
    subject,
    until,
    rank: typeof rank === 'number' ? rank : 0,
    wave:
      definition.wave === undefined || gap === null
        ? null
        : { size: definition.wave.size, gapMs: maximumMilliseconds(gap) },
  });
  world.tell(happening.at, {
    kind: 'event',
    name: 'follows',
    messageId: happening.id,
    detail: { subject },
    why: definition.id,
  });
};

const untilOf = (world: World, follow: CompiledFollow, happening: Happening): number | null => {
  const { until } = follow.definition;
  if (follow.for !== null) return addDuration(happening.at, follow.for, world.zone);
  if (until === undefined) return null;
  const end = factAt(world.facts(happening.at, happening.facts), until);
  return typeof end === 'string' ? parseInstant(end) : null;
};
