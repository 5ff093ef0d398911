import type { ControlStore, StoredKey } from '../contracts/control.ts';
import { createKeyContract, deleteKeyContract, listKeysContract } from '../contracts/http/keys.ts';
import { Conflict, NotFound } from '../runtime/errors.ts';
import { generateKey, hashKey } from '../runtime/keys.ts';
import { type Operation, operation } from '../runtime/operation.ts';

export interface KeyDeps {
  readonly store: Pick<ControlStore, 'read' | 'putKeys'>;
  readonly now: () => number;
  readonly newId: () => string;
}

/** All keys ride along with decisions in one small item. */
const MAX_KEYS = 500;
const MAX_ATTEMPTS = 5;

const shown = ({ hash: _, createdAt, ...key }: StoredKey) => ({
  ...key,
  createdAt: new Date(createdAt).toISOString(),
});

/** The routes under `/v1/keys` as HTTP operations. */
export const keyOperations = ({
  store,
  now,
  newId,
}: KeyDeps): { readonly [operationId: string]: Operation } => {
  const change = async (next: (keys: readonly StoredKey[]) => readonly StoredKey[]): Promise<void> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const seen = await store.read();
      if ((await store.putKeys(seen, next(seen.keys))) === 'stored') return;
    }
    throw new Conflict('Others changed the keys at the same time; nothing was changed.');
  };

  return {
    listKeys: operation(listKeysContract, async () => ({
      status: 200,
      body: { keys: (await store.read()).keys.map(shown) },
    })),
    createKey: operation(createKeyContract, async ({ body }) => {
      const key = generateKey(body.kind);
      const stored: StoredKey = { ...body, id: newId(), hash: hashKey(key), createdAt: now() };
      await change((keys) => {
        if (keys.length >= MAX_KEYS)
          throw new Conflict(`There are ${MAX_KEYS} keys already; delete one first.`);
        return [...keys, stored];
      });
      return { status: 201, body: { ...shown(stored), key } };
    }),
    deleteKey: operation(deleteKeyContract, async ({ params, caller }) => {
      if (params.id === caller.id)
        throw new Conflict('A key can not delete itself: it could be the last one.');
      await change((keys) => {
        const left = keys.filter((key) => key.id !== params.id);
        if (left.length === keys.length) throw new NotFound('There is no such key.');
        return left;
      });
      return { status: 204 };
    }),
  };
};
