/** A parsed text, or that it is no JSON. */
export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

export const parseJson = (text: string): ParsedJson => {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
};
