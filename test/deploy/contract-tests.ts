/**
 * The contract tests that run against the deployed service too. Those of the other files begin a service of their own
 * each, move its clock, look at its `/_local` routes, or send more than an emulator on a laptop answers in time.
 */
export const CONTRACT_FILES: readonly string[] = [
  'test/contract/keys-and-service.test.ts',
  'test/contract/conventions.test.ts',
  'test/contract/business-events.test.ts',
  'test/contract/commerce.test.ts',
  'test/contract/redemptions.test.ts',
];

const NO_CLOCK = 'a deployed service has no clock that tests could move';
const NO_PREFLIGHT =
  'MiniStack refuses every OPTIONS of an API that has no CORS of its own; AWS hands it to the routes';

/** Tests of these files that do not run, each by a part of its name, and why. */
export const LEFT_OUT: readonly { readonly test: string; readonly since: string }[] = [
  { test: 'is as on its first day after a reset', since: 'a deployed service has no /_local/reset' },
  { test: 'is over after 15 minutes, and what it held', since: NO_CLOCK },
  { test: 'may be held anew under its id after it expired', since: NO_CLOCK },
  { test: 'is refused where it is paid too late for an offer', since: NO_CLOCK },
  { test: 'gets its preflight for every route', since: NO_PREFLIGHT },
  { test: 'gets none for the routes of servers and operators', since: NO_PREFLIGHT },
  { test: 'bound to origins work there and for who sends none', since: NO_PREFLIGHT },
];
