import type { ControlStore } from '../contracts/control.ts';
import {
  activateCatalogContract,
  getCatalogContract,
  listCatalogVersionsContract,
  publishCatalogContract,
  validateCatalogContract,
} from '../contracts/http/catalog.ts';
import { respondConditionally } from '../runtime/conditional.ts';
import { NotFound } from '../runtime/errors.ts';
import { type Operation, operation } from '../runtime/operation.ts';
import type { CatalogLibrary } from './catalog-library.ts';
import {
  catalogEtag,
  createActivator,
  createPublisher,
  createValidator,
  type PublishDeps,
} from './publish-catalog.ts';

const iso = (at: number): string => new Date(at).toISOString();

/** The routes under `/v1/catalog` as HTTP operations. */
export const catalogOperations = (
  deps: PublishDeps & { readonly store: ControlStore; readonly catalogs: CatalogLibrary },
): { readonly [operationId: string]: Operation } => {
  const validate = createValidator(deps);
  const publish = createPublisher(deps);
  const activate = createActivator(deps);
  return {
    getCatalog: operation(getCatalogContract, async ({ headers }) => {
      const { pointer } = await deps.store.read();
      if (pointer.active === 0) throw new NotFound('No catalog was published yet.');
      const { active } = await deps.catalogs({ ...pointer, rollout: null });
      const body = {
        version: active.version,
        publishedAt: iso(active.publishedAt),
        rollout: pointer.rollout,
        definitions: active.definitions,
      };
      const etag = catalogEtag(pointer);
      return respondConditionally(headers['if-none-match'], { etag, text: JSON.stringify(body) });
    }),
    publishCatalog: operation(publishCatalogContract, async ({ body, headers }) => {
      const { version, findings } = await publish({
        definitions: body.definitions,
        forced: body.force?.reason,
        ifMatch: headers['if-match'],
        mapping: body.mapping,
      });
      return {
        status: 200,
        headers: { etag: catalogEtag({ active: version, rollout: null }) },
        body: { version, findings },
      };
    }),
    validateCatalog: operation(validateCatalogContract, async ({ body }) => {
      const findings = await validate(body.definitions);
      return {
        status: 200,
        body: { valid: findings.every(({ severity }) => severity !== 'error'), findings },
      };
    }),
    listCatalogVersions: operation(listCatalogVersionsContract, async () => {
      const [{ pointer }, versions] = await Promise.all([deps.store.read(), deps.store.listVersions()]);
      return {
        status: 200,
        body: {
          active: pointer.active,
          rollout: pointer.rollout,
          versions: versions.map((version) => ({ ...version, publishedAt: iso(version.publishedAt) })),
        },
      };
    }),
    activateCatalog: operation(activateCatalogContract, async ({ body }) => {
      const { active, rollout } = await activate(body.version, body.percent);
      return { status: 200, body: { version: body.version, active, rollout } };
    }),
  };
};
