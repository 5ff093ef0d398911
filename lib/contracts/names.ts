/**
 * What a thing of an environment is called in AWS. Stacks know each other by these names and not by exports, which
 * would forbid to change what another stack still imports; the `wend` command and the runbook find things by them, and
 * a replica of a table has its name in every Region (docs/adr/0017).
 *
 * @param environment - the configuration's
 * @param thing - such as `visitors`, `decide`, `timers-due-failed`
 */
export const nameOf = (environment: string, thing: string): string => `wend-${environment}-${thing}`;
