import type { JsonObject } from '../json.ts';
import { own } from '../own.ts';
import { compareStamps, isAfter, type Stamp } from '../stamp.ts';
import { bytesOf, compareTexts } from './bounds.ts';
import {
  mergeRegisters,
  NO_REGISTERS,
  REGISTER_BOUNDS,
  type Registers,
  setRegisters,
  weightOfRegisters,
} from './registers.ts';

/** Stamped with its newest `group` event; with the trait `type: household` it is one, else an account. */
export interface Group extends Stamp {
  readonly traits: Registers;
}

export type Groups = { readonly [groupId: string]: Group };

/** Accounts and households kept of one visitor; the newest stay. */
const MAX_GROUPS = 8;
/** Bytes of JSON of all groups together; the first one is kept whatever it takes. */
const MAX_GROUPS_BYTES = 16_000;

/** The groups after a `group` event. */
export const joinGroup = (groups: Groups, groupId: string, traits: JsonObject, stamp: Stamp): Groups => {
  const present = own(groups, groupId);
  const { at, tie } = present === undefined || isAfter(stamp, present) ? stamp : present;
  const joined = setRegisters(present?.traits ?? NO_REGISTERS, traits, stamp, REGISTER_BOUNDS.group);
  return boundGroups({ ...groups, [groupId]: { at, tie, traits: joined } });
};

/** Two histories' groups as one. */
export const mergeGroups = (a: Groups, b: Groups): Groups => {
  const merged = new Map(Object.entries(a));
  for (const [id, group] of Object.entries(b)) {
    const twin = merged.get(id);
    const { at, tie } = twin === undefined || isAfter(group, twin) ? group : twin;
    const traits = mergeRegisters(twin?.traits ?? NO_REGISTERS, group.traits, REGISTER_BOUNDS.group);
    merged.set(id, { at, tie, traits });
  }
  return boundGroups(Object.fromEntries(merged));
};

const boundGroups = (groups: Groups): Groups => {
  const entries = Object.entries(groups);
  if (entries.length <= 1) return groups;
  entries.sort(([idA, a], [idB, b]) => compareStamps(b, a) || compareTexts(idA, idB));
  const kept: [string, Group][] = [];
  let bytes = 0;
  for (const [id, group] of entries) {
    bytes += bytesOf(id) + bytesOf(group.tie) + weightOfRegisters(group.traits);
    if (kept.length === MAX_GROUPS || (kept.length > 0 && bytes > MAX_GROUPS_BYTES)) break;
    kept.push([id, group]);
  }
  return kept.length === entries.length ? groups : Object.fromEntries(kept);
};
