import type { Json } from '../json.ts';
import { own } from '../own.ts';
import { compareStamps, type Stamp } from '../stamp.ts';

/** A value with the stamp of the event that set it: the newest wins, whatever arrives first. */
export interface Register extends Stamp {
  readonly value: Json;
}

/** Named registers, each with a stamp of its own. */
export type Registers = { readonly [key: string]: Register };

export const NO_REGISTERS: Registers = {};

/** How many registers of one kind a visitor has, and how much JSON they hold; the oldest go first. */
export const MAX_REGISTERS = 256;
export const MAX_REGISTERS_CHARACTERS = 48_000;

/** The newer of two registers. */
export const newer = <T extends Stamp>(a: T | null, b: T | null): T | null => {
  if (a === null) return b;
  if (b === null) return a;
  return compareStamps(b, a) > 0 ? b : a;
};

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
): Registers => {
  let next: { [key: string]: Register } | null = null;
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const present = own(next ?? registers, key);
    if (present !== undefined && compareStamps(stamp, present) <= 0) continue;
    next = { ...(next ?? registers), [key]: { value, at: stamp.at, tie: stamp.tie } };
  }
  return next === null ? registers : boundRegisters(next);
};

/** Two histories' registers as one: the newest of each. */
export const mergeRegisters = (a: Registers, b: Registers): Registers => {
  const merged = new Map(Object.entries(a));
  for (const [key, register] of Object.entries(b)) {
    const present = merged.get(key);
    if (present === undefined || compareStamps(register, present) > 0) merged.set(key, register);
  }
  return boundRegisters(Object.fromEntries(merged));
};

const valuesByRegisters = new WeakMap<Registers, { readonly [key: string]: Json }>();

/** The plain values of registers. */
export const valuesOf = (registers: Registers): { readonly [key: string]: Json } => {
  const known = valuesByRegisters.get(registers);
  if (known !== undefined) return known;
  const values = Object.fromEntries(Object.entries(registers).map(([key, { value }]) => [key, value]));
  valuesByRegisters.set(registers, values);
  return values;
};

/** JSON text of small values is never near the bound: measuring is left until it could matter. */
const boundRegisters = (registers: { readonly [key: string]: Register }): Registers => {
  const entries = Object.entries(registers);
  let characters = 0;
  for (const [key, { value }] of entries) characters += key.length + sizeOf(value);
  if (entries.length <= MAX_REGISTERS && characters <= MAX_REGISTERS_CHARACTERS) return registers;
  entries.sort(([keyA, a], [keyB, b]) => compareStamps(b, a) || (keyA < keyB ? -1 : 1));
  const kept: [string, Register][] = [];
  let used = 0;
  for (const [key, register] of entries) {
    used += key.length + sizeOf(register.value);
    if (kept.length === MAX_REGISTERS || used > MAX_REGISTERS_CHARACTERS) break;
    kept.push([key, register]);
  }
  return Object.fromEntries(kept);
};

const sizeOf = (value: Json): number => {
  if (typeof value === 'string') return value.length + 2;
  return typeof value === 'object' && value !== null ? JSON.stringify(value).length : 8;
};
