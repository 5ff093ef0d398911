import type { CompiledExperience, CompiledVariant } from '../catalog/compiled.ts';
import { bucketOf } from '../hash.ts';
import { own } from '../own.ts';
import type { Profile } from '../visitor/profile.ts';

/** What was drawn in this decision and is not remembered yet: to be recorded as `Variant Assigned`. */
export interface Draw {
  /** The experience's id, or {@link GLOBAL_HOLDOUT}; with `/` and the variants that are gone, see {@link drawVariant}. */
  readonly experiment: string;
  readonly variant: string;
}

/** The experiment of the global holdout; its variants are `in` and `out`. No id has a `$`. */
export const GLOBAL_HOLDOUT = '$global';

type Drawer = Pick<Profile, 'seed' | 'assignments'>;

/** The arm on which a bucket in [0, 1) falls. */
const armAt = (variants: readonly CompiledVariant[], bucket: number): CompiledVariant | undefined => {
  let end = 0;
  for (const variant of variants) {
    end += variant.share;
    if (bucket < end) return variant;
  }
  return variants.findLast((variant) => variant.share > 0);
};

/** The experience that a draw's experiment is about. */
export const experienceOf = (experiment: string): string => experiment.split('/', 1)[0] ?? experiment;

/**
 * The variant of an experience for a person: the one drawn before, for good; else by the person's seed, the same
 * each time. Where the one drawn before is gone from the catalog, another is drawn in its place: an experiment of
 * its own, `<experience>/<gone variant>`, so that it is for good as well, and the first draw stands should its
 * variant come back.
 */
export const drawVariant = (
  experience: CompiledExperience,
  person: Drawer,
): { readonly variant: CompiledVariant; readonly draw: Draw | null } | null => {
  const { variants, id } = experience;
  const only = variants.length === 1 ? variants[0] : undefined;
  if (only !== undefined && only.id === null) return { variant: only, draw: null };
  let experiment = id;
  let assigned = own(person.assignments, experiment)?.variant;
  while (assigned !== undefined) {
    const remembered = variants.find((variant) => variant.id === assigned);
    if (remembered !== undefined) return { variant: remembered, draw: null };
    experiment = `${experiment}/${assigned}`;
    assigned = own(person.assignments, experiment)?.variant;
  }
  const variant = armAt(variants, bucketOf(person.seed, experiment));
  if (variant === undefined || variant.id === null) return null;
  return { variant, draw: { experiment, variant: variant.id } };
};

/**
 * Whether a person is in the global holdout. Drawn once: another share later, 0 too, moves only those not
 * drawn yet (rule 3 of the catalog).
 *
 * @param percent - 0 to 100; at 0 nobody is drawn
 */
export const drawGlobalHoldout = (
  percent: number,
  person: Drawer,
): { readonly heldOut: boolean; readonly draw: Draw | null } => {
  const assigned = own(person.assignments, GLOBAL_HOLDOUT)?.variant;
  if (assigned !== undefined) return { heldOut: assigned === 'in', draw: null };
  if (percent <= 0) return { heldOut: false, draw: null };
  const heldOut = bucketOf(person.seed, GLOBAL_HOLDOUT) * 100 < percent;
  return { heldOut, draw: { experiment: GLOBAL_HOLDOUT, variant: heldOut ? 'in' : 'out' } };
};
