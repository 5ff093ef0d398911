import { startDynoxide } from '../local/store/dynoxide.ts';
import { createTables } from '../local/store/tables.ts';

/** The embedded store in memory with its tables, and what the SDK's clients must find in the environment. */
export interface TestStore {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

export const startEmbeddedStore = async (): Promise<TestStore> => {
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  const { endpoint, stop } = await startDynoxide(undefined);
  const tables = createTables(endpoint);
  await tables.ensure();
  tables.close();
  return { endpoint, stop };
};
