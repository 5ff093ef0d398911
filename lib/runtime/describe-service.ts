import { getHealthContract, getOpenApiContract } from '../contracts/http/service.ts';
import { createOpenApiDocument } from '../contracts/openapi.ts';
import { SERVICE_VERSION } from '../contracts/version.ts';
import { etagOf, respondConditionally } from './conditional.ts';
import type { Logger } from './logger.ts';
import { type Operation, publicOperation } from './operation.ts';

export interface DescribeServiceDependencies {
  /** The version of the catalog that visitors get, 0 before anything was published. Rejects where the store is away. */
  readonly catalogVersion: () => Promise<number>;
  readonly logger: Logger;
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** The OpenAPI document is for anybody, and changes with a deployment only. */
const OPENAPI_CACHE_CONTROL = 'public, max-age=300';

const health = ({ catalogVersion, logger }: DescribeServiceDependencies): Operation =>
  publicOperation(getHealthContract, async ({ requestId }) => {
    const version = SERVICE_VERSION;
    try {
      return { status: 200, body: { status: 'ok', version, catalogVersion: await catalogVersion() } };
    } catch (error) {
      logger.warn('The catalog pointer can not be read.', { requestId, operation: 'getHealth' }, error);
      return { status: 503, body: { status: 'degraded', version, catalogVersion: null } };
    }
  });

const openApi = (): Operation => {
  const document = once(() => {
    const text = JSON.stringify(createOpenApiDocument(SERVICE_VERSION));
    return { text, etag: etagOf(text), cacheControl: OPENAPI_CACHE_CONTROL };
  });
  return publicOperation(getOpenApiContract, async ({ headers }) =>
    respondConditionally(headers['if-none-match'], document()),
  );
};

/** What the service says about itself: whether it runs (503 where its store is away), and its contract. */
export const describeServiceOperations = (
  deps: DescribeServiceDependencies,
): { readonly [operationId: string]: Operation } => ({
  getHealth: health(deps),
  getOpenApi: openApi(),
});
