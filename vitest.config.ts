import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each in a process of its own: they replace modules by others, load them anew, or change their environment. */
const ALONE = [
  'test/chaos/**/*.test.ts',
  'test/unit/adapters/**/*.test.ts',
  'test/e2e/{cost,code-requests,decide-requests}.test.ts',
];

/** Tests that say how soon something is to be seen: a neighbour would take their time. */
const TIMED = ['test/e2e/local/{start,stream,time-travel}.test.ts', 'test/e2e/deliver/webhook.test.ts'];

/** They take longest, the longest first: begun last, one of them would hold a machine up whose other cores are idle. */
const LONGEST = [
  'test/e2e/replay/demo-replay.test.ts',
  'test/e2e/redeem/races.test.ts',
  'test/e2e/replay/kill.test.ts',
  'test/scenarios/flight-delay.test.ts',
  'test/scenarios/tent-sample.test.ts',
  'test/e2e/business/fan-out.test.ts',
  'test/e2e/effects/pipeline.test.ts',
];

/** Projects in their order: the many short tests come last, and fill what the long ones leave. */
const PROJECTS = ['alone', 'service', 'unit', 'timed'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId, project }: TestSpecification): number => {
      const long = LONGEST.findIndex((file) => moduleId.endsWith(file));
      return long === -1 ? LONGEST.length + PROJECTS.indexOf(project.name) : long;
    };
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // Most tests wait for services of their own: two at a time even on a small machine.
    maxWorkers: 2,
    // Files share a process, its modules, and the local service in it.
    isolate: false,
    sequence: { sequencer: LongestFirst, groupOrder: 0 },
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: ALONE } },
      {
        extends: true,
        test: { name: 'service', include: ['test/!(unit)/**/*.test.ts'], exclude: [...ALONE, ...TIMED] },
      },
      { extends: true, test: { name: 'alone', include: ALONE, isolate: true } },
      {
        extends: true,
        test: { name: 'timed', include: TIMED, fileParallelism: false, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
