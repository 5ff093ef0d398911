/**
 * What a thing of an environment is called in AWS: by it the stacks know each other, and the `wend` command and the
 * runbook find things.
 *
 * @param environment - the configuration's, such as `production`
 * @param thing - such as `visitors`, `log`, `timers-due-failed`
 */
export const nameOf = (environment: string, thing: string): string => `wend-${environment}-${thing}`;
