import { defineConfig } from 'vitest/config';

/** They replace modules by others: not beside files that share theirs. */
const ADAPTERS = 'test/unit/adapters/**';

/** Tests that say how soon something is to be seen: a neighbour would take their time. */
const TIMED = ['test/e2e/local/{start,stream,time-travel}.test.ts', 'test/e2e/deliver/webhook.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 30_000,
    projects: [
      // Pure: many files may share a process, and its modules.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: [ADAPTERS],
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      // Most of these wait for services of their own: two at a time even on a small machine.
      {
        extends: true,
        test: {
          name: 'service',
          include: ['test/!(unit)/**/*.test.ts', ADAPTERS],
          exclude: TIMED,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'timed', include: TIMED, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
