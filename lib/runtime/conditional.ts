import { createHash } from 'node:crypto';
import type { ApiResponse } from './operation.ts';

/** An entity tag over what an answer says, RFC 9110 section 8.8.3; weak where only the meaning is the same. */
export const etagOf = (text: string, options: { readonly weak?: boolean } = {}): string => {
  const tag = `"${createHash('sha256').update(text, 'utf8').digest('base64url').slice(0, 22)}"`;
  return options.weak === true ? `W/${tag}` : tag;
};

const opaque = (tag: string): string => tag.replace(/^W\//, '');

/** The tags of a list header. A comma may stand inside a tag, so splitting at commas would be wrong. */
const tagsOf = (header: string): readonly string[] => header.match(/(?:W\/)?"[^"]*"/g) ?? [];

/**
 * Whether `If-None-Match` names the tag: weak comparison (RFC 9110 section 13.1.2), `*` names any.
 */
export const noneMatchNames = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || tagsOf(header).some((tag) => opaque(tag) === opaque(etag)));

/**
 * Whether `If-Match` lets a change pass: strong comparison (RFC 9110 section 13.1.1), so that a weak tag never
 * does; `*` passes where anything is there. `etag` is the current one, `null` where there is nothing yet.
 */
export const matchPasses = (header: string | undefined, etag: string | null): boolean => {
  if (header === undefined) return true;
  if (etag === null) return false;
  return header.trim() === '*' || (!etag.startsWith('W/') && tagsOf(header).includes(etag));
};

/** A GET's answer with its tag: 304 without a body where the client has it already. */
export const respondConditionally = (
  ifNoneMatch: string | undefined,
  answer: { readonly etag: string; readonly text: string; readonly cacheControl?: string },
): ApiResponse => {
  const headers = { etag: answer.etag, 'cache-control': answer.cacheControl ?? 'private, no-cache' };
  return noneMatchNames(ifNoneMatch, answer.etag)
    ? { status: 304, headers }
    : { status: 200, headers, text: answer.text };
};
