import { imageLayout, type RuleSetImage, type RuleSetText } from './rule-image.ts';

/**
 * An image as bytes: the length of a JSON head, the head (text, and the lengths of the arrays), then the arrays,
 * each from a multiple of eight bytes on. Little-endian, as every machine that runs this is.
 */

const arrayNames = [
  'columnRules',
  'columnPrograms',
  'code',
  'stringStarts',
  'numberStarts',
  'changeStarts',
  'changes',
  'anyElementStarts',
  'anyElement',
  'arrayProgramStarts',
  'arrayPrograms',
  'arrayColumns',
] as const satisfies readonly (keyof RuleSetImage)[];
type ArrayName = (typeof arrayNames)[number];

interface Head {
  readonly layout: typeof imageLayout;
  readonly rules: number;
  readonly text: RuleSetText;
  /** Lengths of the numbers and of the arrays. */
  readonly lengths: readonly number[];
}

const aligned = (place: number): number => (place + 7) & ~7;

/** Writes an image as bytes. */
export const encodeRuleSet = (image: RuleSetImage): Uint8Array => {
  const arrays = [image.numbers, ...arrayNames.map((name) => image[name])];
  const head: Head = {
    layout: image.layout,
    rules: image.rules,
    text: image.text,
    lengths: arrays.map((array) => array.length),
  };
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  let place = aligned(4 + headBytes.length);
  const bytes = new Uint8Array(arrays.reduce((sum, array) => aligned(sum + array.byteLength), place));
  new DataView(bytes.buffer).setUint32(0, headBytes.length, true);
  bytes.set(headBytes, 4);
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), place);
    place = aligned(place + array.byteLength);
  }
  return bytes;
};

/**
 * Reads an image back.
 *
 * @throws RangeError where the bytes are no image of this layout: they come from this program's own store, so
 *   this is a bug or a damaged item.
 */
export const decodeRuleSet = (bytes: Uint8Array): RuleSetImage => {
  const headLength =
    bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  if (headLength === 0 || 4 + headLength > bytes.length) throw new RangeError('not a rule set image');
  const head: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headLength)));
  if (!isHead(head)) throw new RangeError(`not a rule set image of layout ${imageLayout}`);
  let place = aligned(4 + headLength);
  const take = (length: number, size: number): ArrayBuffer => {
    const end = place + length * size;
    if (end > bytes.length) throw new RangeError('a rule set image that was cut short');
    // A copy, since typed arrays need their alignment and the bytes may start anywhere. Not `bytes.slice`: where
    // they are a Buffer, as inflating makes one, that would be a view of all its memory.
    const part = new Uint8Array(bytes.subarray(place, end));
    place = aligned(end);
    return part.buffer;
  };
  const numbers = new Float64Array(take(head.lengths[0] ?? 0, 8));
  const arrays = arrayNames.map((_, index) => new Int32Array(take(head.lengths[index + 1] ?? 0, 4)));
  const arrayOf = (name: ArrayName): Int32Array => arrays[arrayNames.indexOf(name)] ?? new Int32Array();
  return {
    layout: head.layout,
    rules: head.rules,
    text: head.text,
    numbers,
    columnRules: arrayOf('columnRules'),
    columnPrograms: arrayOf('columnPrograms'),
    code: arrayOf('code'),
    stringStarts: arrayOf('stringStarts'),
    numberStarts: arrayOf('numberStarts'),
    changeStarts: arrayOf('changeStarts'),
    changes: arrayOf('changes'),
    anyElementStarts: arrayOf('anyElementStarts'),
    anyElement: arrayOf('anyElement'),
    arrayProgramStarts: arrayOf('arrayProgramStarts'),
    arrayPrograms: arrayOf('arrayPrograms'),
    arrayColumns: arrayOf('arrayColumns'),
  };
};

const isHead = (value: unknown): value is Head =>
  typeof value === 'object' &&
  value !== null &&
  'layout' in value &&
  value.layout === imageLayout &&
  'rules' in value &&
  'text' in value &&
  'lengths' in value &&
  Array.isArray(value.lengths) &&
  value.lengths.length === arrayNames.length + 1;
