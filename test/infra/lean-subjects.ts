import * as z from 'zod';

export { compilePattern } from '../../lib/domain/condition/pattern.ts';
export { compileContent } from '../../lib/domain/template/compile-content.ts';
export { renderContent } from '../../lib/domain/template/render-content.ts';

const schema = z.strictObject({ id: z.string().min(1), n: z.int() });
const compiled = z.compile(schema);

/** Whether a value is as the schema says, and if not, why. */
export const check = (value: unknown): unknown => {
  const result = compiled.safeParse(value);
  return result.success ? result.data : result.error.issues;
};

export const describeSchema = (): unknown => schema.toJSONSchema();
