import * as z from 'zod';
import { type Facts, factsOf } from '../../lib/domain/condition/facts.ts';
import { decodeRuleSet, encodeRuleSet } from '../../lib/domain/condition/image-codec.ts';
import { parseCondition } from '../../lib/domain/condition/parse.ts';
import { buildRuleSet, loadRuleSet } from '../../lib/domain/condition/rule-set.ts';
import { requirePeers } from '../peer-packages.ts';
import type { Rule, Test, Visitor } from './workload.ts';

/** Rules made ready by one engine. */
export interface Ready {
  /** Ascending indexes of the rules that hold of the visitor with this index. */
  readonly match: (visitor: number) => readonly number[] | Promise<readonly number[]>;
  /** Milliseconds from the rules to something that can match. */
  readonly buildMs: number;
  /** Milliseconds to make ready what was built before, where an engine can store it, and its size. */
  readonly loadMs?: number;
  readonly bytes?: number;
}

export interface Engine {
  readonly name: string;
  readonly prepare: (rules: readonly Rule[], visitors: readonly Visitor[]) => Ready;
}

const timed = <T>(work: () => T): { readonly value: T; readonly ms: number } => {
  const start = performance.now();
  const value = work();
  return { value, ms: performance.now() - start };
};

const scanning =
  <R>(make: (rule: Rule) => R, holds: (rule: R, visitor: Visitor) => unknown): Engine['prepare'] =>
  (rules, visitors) => {
    const { value: made, ms } = timed(() => rules.map(make));
    const match = (visitor: number): readonly number[] => {
      const found: number[] = [];
      const facts = visitors[visitor] ?? {};
      made.forEach((rule, index) => {
        if (holds(rule, facts)) found.push(index);
      });
      return found;
    };
    return { match, buildMs: ms };
  };

/** The rule as a Mongo-style document; `prefix` stands before each trait. */
const mongoDocument = (rule: Rule, prefix: string): { readonly [key: string]: unknown } => {
  const one = ({ kind, trait, value }: Test): { readonly [key: string]: unknown } => {
    const path = `${prefix}${trait}`;
    switch (kind) {
      case 'equal':
        return { [path]: { $eq: value } };
      case 'notEqual':
        return { [path]: { $ne: value } };
      case 'oneOf':
        return { [path]: { $in: value } };
      case 'has':
        return { [path]: { $in: [value] } };
      case 'atLeast':
        return { [path]: { $gte: value } };
      case 'below':
        return { [path]: { $lt: value } };
    }
  };
  const $and = rule.all.map(one);
  return rule.any.length === 0 ? { $and } : { $and: [...$and, { $or: rule.any.map(one) }] };
};

const wend: Engine = {
  name: 'Wend',
  prepare: (rules, visitors) => {
    const facts: readonly Facts[] = visitors.map((traits) => factsOf({ visitor: { traits } }, 0));
    const built = timed(() => {
      const conditions = rules.map((rule) => {
        const parsed = parseCondition(mongoDocument(rule, 'traits.'), { roots: ['visitor'] });
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
        return parsed.condition;
      });
      return encodeRuleSet(buildRuleSet(conditions, { segments: new Map() }));
    });
    const { value: ruleSet, ms: loadMs } = timed(() => loadRuleSet(decodeRuleSet(built.value)));
    const nobody = factsOf({}, 0);
    return {
      match: (visitor) => ruleSet.match(facts[visitor] ?? nobody),
      buildMs: built.ms,
      loadMs,
      bytes: built.value.length,
    };
  },
};

const callable = <T>(): z.ZodType<T> => z.custom<T>((value) => typeof value === 'function');
const jsonLogic = (rule: Rule): unknown => {
  const one = ({ kind, trait, value }: Test): unknown => {
    const fact = { var: trait };
    switch (kind) {
      case 'equal':
        return { '===': [fact, value] };
      case 'notEqual':
        return { '!==': [fact, value] };
      case 'oneOf':
        return { in: [fact, value] };
      case 'has':
        return { in: [value, fact] };
      case 'atLeast':
        return { '>=': [fact, value] };
      case 'below':
        return { '<': [fact, value] };
    }
  };
  return { and: [...rule.all.map(one), ...(rule.any.length === 0 ? [] : [{ or: rule.any.map(one) }])] };
};

const jsonRule = (rule: Rule, index: number): unknown => {
  const operators = {
    equal: 'equal',
    notEqual: 'notEqual',
    oneOf: 'in',
    has: 'contains',
    atLeast: 'greaterThanInclusive',
    below: 'lessThan',
  } as const;
  const one = ({ kind, trait, value }: Test): unknown => ({ fact: trait, operator: operators[kind], value });
  const all = [...rule.all.map(one), ...(rule.any.length === 0 ? [] : [{ any: rule.any.map(one) }])];
  return { conditions: { all }, event: { type: String(index) } };
};

/** Wend and its peers, the peers at their published best: compiled where they can be, rules prepared once. */
export const engines = (): readonly Engine[] => {
  const require = requirePeers(['@growthbook/growthbook', 'mingo', 'json-logic-engine', 'json-rules-engine']);
  const growthBook = z
    .object({ evalCondition: callable<(facts: Visitor, condition: unknown) => boolean>() })
    .parse(require('@growthbook/growthbook'));
  const mingo = z
    .object({ Query: callable<new (condition: unknown) => { test: (facts: Visitor) => boolean }>() })
    .parse(require('mingo'));
  const logic = z
    .object({
      LogicEngine: callable<new () => { build: (rule: unknown) => (facts: Visitor) => unknown }>(),
    })
    .parse(require('json-logic-engine'));
  const rulesEngine = z
    .object({
      Engine:
        callable<
          new (
            rules: readonly unknown[],
          ) => { run: (facts: Visitor) => Promise<{ events: readonly { type: string }[] }> }
        >(),
    })
    .parse(require('json-rules-engine'));
  return [
    wend,
    {
      name: 'GrowthBook evalCondition',
      prepare: scanning(
        (rule) => mongoDocument(rule, ''),
        (rule, facts) => growthBook.evalCondition(facts, rule),
      ),
    },
    {
      name: 'json-logic-engine, compiled',
      prepare: (rules, visitors) => {
        const engine = new logic.LogicEngine();
        return scanning(
          (rule) => engine.build(jsonLogic(rule)),
          (run, facts) => run(facts),
        )(rules, visitors);
      },
    },
    {
      name: 'mingo',
      prepare: scanning(
        (rule) => new mingo.Query(mongoDocument(rule, '')),
        (query, facts) => query.test(facts),
      ),
    },
    {
      name: 'json-rules-engine',
      prepare: (rules, visitors) => {
        const { value: engine, ms } = timed(() => new rulesEngine.Engine(rules.map(jsonRule)));
        const match = async (visitor: number): Promise<readonly number[]> => {
          const { events } = await engine.run(visitors[visitor] ?? {});
          return events.map(({ type }) => Number(type)).sort((a, b) => a - b);
        };
        return { match, buildMs: ms };
      },
    },
  ];
};
