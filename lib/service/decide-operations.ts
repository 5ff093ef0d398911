import type { KeyRecord } from '../contracts/control.ts';
import { asksForExplanation, decideContract, namesUserWithoutToken } from '../contracts/http/decide.ts';
import { journeyContract, placementsOf } from '../contracts/http/journey.ts';
import type { CompleteAnswer } from '../domain/decision/answer.ts';
import { isJsonObject } from '../domain/json.ts';
import { etagOf, respondConditionally } from '../runtime/conditional.ts';
import { Forbidden } from '../runtime/errors.ts';
import { type Operation, operation, type UnvalidatedRequest } from '../runtime/operation.ts';
import type { Decider } from './decide.ts';
import { TOKEN_MISSING } from './trust.ts';

/** 403 stands before 415, 413 and 400: what can be refused before the body is validated is. */
const refuseUnproven = (caller: KeyRecord, { body }: UnvalidatedRequest): void => {
  if (caller.kind !== 'publishable') return;
  if (asksForExplanation(body)) throw new Forbidden('options.explain needs a secret or an admin key.');
  if (namesUserWithoutToken(body)) throw new Forbidden(TOKEN_MISSING);
};

/** The same of the query: the token that would prove its userId comes as a header. */
const refuseUnprovenQuery = (caller: KeyRecord, { query, headers }: UnvalidatedRequest): void => {
  if (caller.kind !== 'publishable' || !isJsonObject(query)) return;
  if (query.userId !== undefined && headers['x-identity-token'] === undefined) {
    throw new Forbidden(TOKEN_MISSING);
  }
};

/** What a caller gets of an answer: a partner's key gets content, and nothing about the person. */
const visibleTo = (caller: KeyRecord, answer: CompleteAnswer): Partial<CompleteAnswer> =>
  caller.partner === undefined ? answer : { placements: answer.placements };

/** What a person would see of an answer, whatever its id and time. */
const seenIn = ({
  placements,
  cart,
  offers,
  guards,
  questions,
  serviceFirst,
}: Partial<CompleteAnswer>): string =>
  JSON.stringify({ placements, cart, offers, guards, questions, serviceFirst });

/** `decide` as HTTP operations. */
export const decideOperations = (decide: Decider): { readonly [operationId: string]: Operation } => ({
  decide: operation(
    decideContract,
    async ({ body, caller, receivedAt, sourceIp }) => ({
      status: 200,
      body: visibleTo(caller, await decide(body, caller, receivedAt, sourceIp)),
    }),
    refuseUnproven,
  ),
  getJourney: operation(
    journeyContract,
    async ({ query, caller, headers, receivedAt }) => {
      const { placements: _, ...ids } = query;
      const identityToken = headers['x-identity-token'];
      const request = {
        ...ids,
        placements: [...placementsOf(query)],
        ...(identityToken === undefined ? {} : { identityToken }),
      };
      const visible = visibleTo(caller, await decide(request, caller, receivedAt));
      return respondConditionally(headers['if-none-match'], {
        etag: etagOf(seenIn(visible), { weak: true }),
        text: JSON.stringify(visible),
      });
    },
    refuseUnprovenQuery,
  ),
});
