import type { Functions } from './functions.ts';

/** The keys that the local service accepts, as `api.md` promises. */
export const LOCAL_KEYS = { publishable: 'pk_local', secret: 'sk_local', admin: 'ak_local' } as const;

export const seed = async (_functions: Functions, _catalog: string | null): Promise<void> => {};
