const numeric = /^\d+$/;

/**
 * A version as text that sorts like the version: build metadata and a leading `v` gone, numeric parts padded, a
 * release after its pre-releases. The form is GrowthBook's, so that the same targeting gives the same people.
 *
 * @returns null where the value is neither text nor a number.
 */
export const paddedVersion = (value: unknown): string | null => {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = String(value) || '0';
  const parts = text.replace(/^v|\+.*$/g, '').split(/[-.]/);
  if (parts.length === 3) parts.push('~');
  return parts.map((part) => (numeric.test(part) ? part.padStart(5, ' ') : part)).join('-');
};
