/**
 * Instants as RFC 3339 text, read by hand: conditions ask for them on the hot path, and `Date.parse` accepts
 * more than RFC 3339 (dates without a time, 30 February, implementation-defined forms).
 */

const digitAt = (text: string, index: number): number => {
  const digit = text.charCodeAt(index) - 48;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
};
const twoDigits = (text: string, index: number): number =>
  digitAt(text, index) * 10 + digitAt(text, index + 1);

const monthLengths: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysInMonth = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    ? 29
    : (monthLengths[month - 1] ?? 0);

/** Milliseconds of a numeric offset such as `+01:00`, or NaN. */
const offsetMilliseconds = (text: string, index: number): number => {
  if (text.length !== index + 6 || text[index + 3] !== ':') return Number.NaN;
  const sign = text[index] === '+' ? 1 : text[index] === '-' ? -1 : Number.NaN;
  const hours = twoDigits(text, index + 1);
  const minutes = twoDigits(text, index + 4);
  return hours <= 23 && minutes <= 59 ? sign * (hours * 60 + minutes) * 60_000 : Number.NaN;
};

/**
 * Reads an RFC 3339 date-time. A leap second counts as the second after it; what is finer than a millisecond is
 * cut off.
 *
 * @returns milliseconds since 1970, or null where the text is no RFC 3339 date-time.
 */
export const parseInstant = (text: string): number | null => {
  if (text.length < 20 || text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':')
    return null;
  if (text[10] !== 'T' && text[10] !== 't') return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59 && second <= 60))
    return null;
  let index = 19;
  let milliseconds = 0;
  if (text[index] === '.') {
    let weight = 100;
    let digit = digitAt(text, ++index);
    if (Number.isNaN(digit)) return null;
    for (; !Number.isNaN(digit); digit = digitAt(text, ++index)) {
      milliseconds += digit * weight;
      weight = weight > 1 ? weight / 10 : 0;
    }
  }
  const isUtc = text.length === index + 1 && (text[index] === 'Z' || text[index] === 'z');
  const offset = isUtc ? 0 : offsetMilliseconds(text, index);
  if (Number.isNaN(offset)) return null;
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; 400 years are a whole number of weeks.
  const days = Date.UTC(year + 400, month - 1, day) - 12_622_780_800_000;
  return days + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offset;
};

const DAY_MS = 86_400_000;

/** The day that was last formatted: times that are asked for together are mostly of one day. */
let lastDay = { day: 0, text: '1970-01-01T' };

const padded = (value: number, length: number): string => String(value).padStart(length, '0');
const twoDigitTexts: readonly string[] = Array.from({ length: 60 }, (_, value) => padded(value, 2));

/** The instant as RFC 3339 text in UTC, with milliseconds: what `toISOString` gives, in a third of its time. */
export const formatInstant = (at: number): string => {
  const whole = Math.trunc(at);
  const day = Math.floor(whole / DAY_MS);
  if (day !== lastDay.day) {
    const text = new Date(at).toISOString();
    lastDay = { day, text: text.slice(0, text.indexOf('T') + 1) };
  }
  const rest = whole - day * DAY_MS;
  const seconds = Math.floor(rest / 1000);
  const hour = twoDigitTexts[Math.floor(seconds / 3600)] ?? '';
  const minute = twoDigitTexts[Math.floor(seconds / 60) % 60] ?? '';
  return `${lastDay.text}${hour}:${minute}:${twoDigitTexts[seconds % 60] ?? ''}.${padded(rest % 1000, 3)}Z`;
};
