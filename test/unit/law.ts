import fc from 'fast-check';

/** Whether a law catches a planted bug: the property fails when it is run against the broken variant. */
export const failsOn = <T>(law: fc.IProperty<T>): boolean => fc.check(law, { numRuns: 2000 }).failed;
