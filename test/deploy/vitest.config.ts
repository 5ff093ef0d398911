import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { CONTRACT_FILES, LEFT_OUT } from './contract-tests.ts';

const SHARED: readonly string[] = [...CONTRACT_FILES, 'test/deploy/recipes.deploy.ts'];

/**
 * In this order, since all of them share one service: from its first decision to its end. A service of somebody's own
 * that the tests are aimed at is neither looked into nor upgraded nor destroyed.
 */
const FILES: readonly string[] =
  process.env['WEND_TEST_URL'] === undefined
    ? [
        'test/deploy/service.deploy.ts',
        ...SHARED,
        'test/deploy/upgrade.deploy.ts',
        'test/deploy/aws-calls.deploy.ts',
        'test/deploy/lint.deploy.ts',
        'test/deploy/destroy.deploy.ts',
      ]
    : SHARED;

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number =>
      FILES.findIndex((file) => moduleId.endsWith(file));
    return files.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `npm run test:deploy`: tests of a service that is deployed to an emulator of AWS. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: [...FILES],
    globalSetup: 'test/deploy/setup.ts',
    fileParallelism: false,
    sequence: { sequencer: InOrder },
    testNamePattern: new RegExp(`^(?!.*(?:${LEFT_OUT.map(({ test }) => escaped(test)).join('|')}))`),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
