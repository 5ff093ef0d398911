import type { Condition } from '../condition/condition.ts';
import { type Duration, parseDuration } from '../time/duration.ts';
import type { CompiledAuthorization } from './compiled.ts';
import type { AuthorizationDefinition } from './definition.ts';
import type { ParseConditionOf } from './load-experience.ts';

/** An approver who does not answer within a week is not waited for. */
const TIMEOUT: Duration = { text: 'P7D', years: 0, months: 0, days: 7, milliseconds: 0 };

const DAY: Duration = { text: 'P1D', years: 0, months: 0, days: 1, milliseconds: 0 };

/** `departments.limit` means the account's too. */
const accountPath = (fact: string): readonly string[] => {
  const path = fact.split('.');
  return path[0] === 'account' ? path : ['account', ...path];
};

class LoadedAuthorization implements CompiledAuthorization {
  readonly id: string;
  readonly limit: readonly string[];
  readonly approver: readonly string[];
  readonly per: Duration;
  readonly timeout: Duration;
  readonly #definition: AuthorizationDefinition;
  readonly #parse: ParseConditionOf;
  #condition: Condition | null = null;

  constructor(definition: AuthorizationDefinition, parse: ParseConditionOf) {
    this.id = definition.id;
    this.limit = accountPath(definition.limit);
    this.approver = accountPath(definition.approver);
    this.per = parseDuration(definition.per) ?? DAY;
    this.timeout = parseDuration(definition.timeout ?? '') ?? TIMEOUT;
    this.#definition = definition;
    this.#parse = parse;
  }

  get condition(): Condition {
    this.#condition ??= this.#parse(this.#definition, 'where');
    return this.#condition;
  }
}

export const loadAuthorization = (
  definition: AuthorizationDefinition,
  parse: ParseConditionOf,
): CompiledAuthorization => new LoadedAuthorization(definition, parse);
