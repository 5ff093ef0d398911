import type { Json } from '../json.ts';
import { onceFor } from '../once-for.ts';
import { own, setOwn } from '../own.ts';
import { compareStamps, type Stamp } from '../stamp.ts';
import { type Bound, bytesOf, compareTexts, mostBytesOf, withinBound } from './bounds.ts';

/** A value with the stamp of the event that set it: the newest wins, whatever arrives first. */
export interface Register extends Stamp {
  readonly value: Json;
}

/** Named registers, each with a stamp of its own. */
export type Registers = { readonly [key: string]: Register };

export const NO_REGISTERS: Registers = {};

/** How many registers of one kind are kept, and how much text; the ones set longest ago go first. */
export const REGISTER_BOUNDS = {
  traits: { count: 256, bytes: 24_000 },
  preferences: { count: 64, bytes: 8_000 },
  consents: { count: 128, bytes: 8_000 },
  context: { count: 2, bytes: 2_000 },
  group: { count: 32, bytes: 4_000 },
  account: { count: 256, bytes: 48_000 },
} as const satisfies { readonly [kind: string]: Bound };

/** Largest value of a register, bytes of JSON; a larger one is not kept. */
const MAX_VALUE_BYTES = 4_000;

/** The older of two stamped things. */
export const older = <T extends Stamp>(a: T | null, b: T | null): T | null => {
  if (a === null) return b;
  if (b === null) return a;
  return compareStamps(b, a) < 0 ? b : a;
};

/** Registers after an event set some of them; an undefined value sets nothing. */
export const setRegisters = (
  registers: Registers,
  values: { readonly [key: string]: Json | undefined },
  stamp: Stamp,
  bound: Bound,
): Registers => {
  let next: { [key: string]: Register } | null = null;
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const present = own(registers, key);
    if (present !== undefined && compareStamps(stamp, present) <= 0) continue;
    if (mostOf(key, { ...stamp, value }) > MAX_VALUE_BYTES && bytesOf(value) > MAX_VALUE_BYTES) continue;
    next ??= { ...registers };
    setOwn(next, key, { value, at: stamp.at, tie: stamp.tie });
  }
  return next === null ? registers : boundRegisters(next, bound);
};

/** Two histories' registers as one: the newest of each. */
export const mergeRegisters = (a: Registers, b: Registers, bound: Bound): Registers => {
  const merged = new Map(Object.entries(a));
  for (const [key, register] of Object.entries(b)) {
    const present = merged.get(key);
    if (present === undefined || compareStamps(register, present) > 0) merged.set(key, register);
  }
  return boundRegisters(Object.fromEntries(merged), bound);
};

/** The plain values of registers. */
export const valuesOf = onceFor((registers: Registers): { readonly [key: string]: Json } =>
  Object.fromEntries(Object.entries(registers).map(([key, { value }]) => [key, value])),
);

/** What a register's time and braces take. */
const OVERHEAD = 20;

const mostOf = (key: string, { value, tie }: Register): number =>
  OVERHEAD +
  mostBytesOf(key) +
  mostBytesOf(tie) +
  (typeof value === 'string' ? mostBytesOf(value) : typeof value === 'object' ? MAX_VALUE_BYTES : OVERHEAD);

const weightOf = (key: string, { value, tie }: Register): number =>
  OVERHEAD + bytesOf(key) + bytesOf(tie) + bytesOf(value);

/** What registers take together, bytes. */
export const weightOfRegisters = (registers: Registers): number =>
  Object.entries(registers).reduce((sum, [key, register]) => sum + weightOf(key, register), 0);

const boundRegisters = (registers: Registers, bound: Bound): Registers =>
  withinBound(
    registers,
    bound,
    mostOf,
    weightOf,
    ([keyA, a], [keyB, b]) => compareStamps(b, a) || compareTexts(keyA, keyB),
  );
