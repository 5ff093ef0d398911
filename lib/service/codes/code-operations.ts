import type { ControlStore } from '../../contracts/control.ts';
import { generateCodesContract } from '../../contracts/http/codes.ts';
import type { OfferDefinition } from '../../domain/catalog/definition.ts';
import { codeOf } from '../../domain/offer/single-use-code.ts';
import { Conflict, NotFound } from '../../runtime/errors.ts';
import { type Operation, operation } from '../../runtime/operation.ts';
import type { CatalogLibrary } from '../catalog-library.ts';

/** Codes in one answer where the request does not say how many. */
const USUAL_PAGE = 1000;

export interface CodeDeps {
  readonly store: Pick<ControlStore, 'read'>;
  readonly catalogs: CatalogLibrary;
  /** The secret of codes, made where there is none yet. */
  readonly ensureSecret: () => Promise<Uint8Array>;
}

/** `POST /v1/offers/{id}/codes`: nothing is stored, so that the same page can be asked for again. */
export const codeOperations = ({
  store,
  catalogs,
  ensureSecret,
}: CodeDeps): { readonly [operationId: string]: Operation } => {
  /** In the active catalog, or in the one that is being rolled out. */
  const find = async (id: string): Promise<OfferDefinition> => {
    const { active, rollout } = await catalogs((await store.read()).pointer);
    const offer = active.offerById.get(id) ?? rollout?.catalog.offerById.get(id);
    if (offer === undefined) throw new NotFound(`There is no offer ${id} in the catalog.`);
    return offer.definition;
  };

  return {
    generateCodes: operation(generateCodesContract, async ({ params, body }) => {
      const { from = 0, count = USUAL_PAGE } = body;
      const { id: offerId, codes: series } = await find(params.id);
      if (series === undefined) throw new Conflict(`The offer ${offerId} has no single-use codes.`);
      const { prefix = '', count: total } = series;
      const secret = await ensureSecret();
      const end = Math.min(from + count, total);
      const codes = Array.from({ length: Math.max(0, end - from) }, (_, index) =>
        codeOf(secret, { offerId, prefix }, from + index),
      );
      return { status: 200, body: { offerId, total, codes, next: end < total ? end : null } };
    }),
  };
};
