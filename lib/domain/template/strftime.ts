const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

const dayMilliseconds = 86_400_000;
/** Wider padding than any date needs is an attack on memory. */
const widest = 64;

/** A moment as its wall clock shows it. */
export interface WallTime {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What the zone's clocks are ahead of UTC by, in minutes. */
  readonly offsetMinutes: number;
  readonly timezone: string;
}

interface Directive {
  readonly text: (wall: Date, time: WallTime, colon: boolean) => string;
  readonly width: number;
  readonly pad: '0' | ' ';
}

const numeric = (width: number, value: (wall: Date) => number, pad: '0' | ' ' = '0'): Directive => ({
  text: (wall) => String(value(wall)),
  width,
  pad,
});
const text = (value: Directive['text']): Directive => ({ text: value, width: 0, pad: ' ' });

const twelveHours = (wall: Date): number => wall.getUTCHours() % 12 || 12;
const dayOfYear = (wall: Date): number =>
  Math.floor((wall.getTime() - Date.UTC(wall.getUTCFullYear(), 0, 1)) / dayMilliseconds) + 1;
const weekOfYear = (wall: Date, firstDay: number): number =>
  Math.floor((dayOfYear(wall) + 6 - ((wall.getUTCDay() - firstDay + 7) % 7)) / 7);
const offsetText = (time: WallTime, colon: boolean): string => {
  const minutes = Math.abs(time.offsetMinutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${time.offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${colon ? ':' : ''}${two(minutes % 60)}`;
};
const ordinal = (day: number): string => {
  if (day >= 11 && day <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
};
const weekday = (wall: Date): string => weekdays[wall.getUTCDay()] ?? '';
const month = (wall: Date): string => months[wall.getUTCMonth()] ?? '';

const directives: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ['a', text((wall) => weekday(wall).slice(0, 3))],
  ['A', text(weekday)],
  ['b', text((wall) => month(wall).slice(0, 3))],
  ['h', text((wall) => month(wall).slice(0, 3))],
  ['B', text(month)],
  ['c', text((_, time) => strftime('%a %b %e %H:%M:%S %Y', time))],
  ['C', numeric(2, (wall) => Math.floor(wall.getUTCFullYear() / 100))],
  ['d', numeric(2, (wall) => wall.getUTCDate())],
  ['D', text((_, time) => strftime('%m/%d/%y', time))],
  ['e', numeric(2, (wall) => wall.getUTCDate(), ' ')],
  ['F', text((_, time) => strftime('%Y-%m-%d', time))],
  ['H', numeric(2, (wall) => wall.getUTCHours())],
  ['I', numeric(2, twelveHours)],
  ['j', numeric(3, dayOfYear)],
  ['k', numeric(2, (wall) => wall.getUTCHours(), ' ')],
  ['l', numeric(2, twelveHours, ' ')],
  ['L', numeric(3, (wall) => wall.getUTCMilliseconds())],
  ['m', numeric(2, (wall) => wall.getUTCMonth() + 1)],
  ['M', numeric(2, (wall) => wall.getUTCMinutes())],
  ['N', text((wall) => `${String(wall.getUTCMilliseconds()).padStart(3, '0')}000000`)],
  ['p', text((wall) => (wall.getUTCHours() < 12 ? 'AM' : 'PM'))],
  ['P', text((wall) => (wall.getUTCHours() < 12 ? 'am' : 'pm'))],
  ['q', text((wall) => ordinal(wall.getUTCDate()))],
  ['r', text((_, time) => strftime('%I:%M:%S %p', time))],
  ['R', text((_, time) => strftime('%H:%M', time))],
  ['s', text((_, time) => String(Math.floor(time.at / 1000)))],
  ['S', numeric(2, (wall) => wall.getUTCSeconds())],
  ['T', text((_, time) => strftime('%H:%M:%S', time))],
  ['u', numeric(1, (wall) => wall.getUTCDay() || 7)],
  ['U', numeric(2, (wall) => weekOfYear(wall, 0))],
  ['w', numeric(1, (wall) => wall.getUTCDay())],
  ['W', numeric(2, (wall) => weekOfYear(wall, 1))],
  ['x', text((_, time) => strftime('%m/%d/%y', time))],
  ['X', text((_, time) => strftime('%H:%M:%S', time))],
  ['y', numeric(2, (wall) => ((wall.getUTCFullYear() % 100) + 100) % 100)],
  ['Y', numeric(4, (wall) => wall.getUTCFullYear())],
  ['z', text((_, time, colon) => offsetText(time, colon))],
  ['Z', text((_, time) => time.timezone)],
  ['t', text(() => '\t')],
  ['n', text(() => '\n')],
  ['%', text(() => '%')],
]);

const directive = /%([-_0^#:]*)(\d{0,3})[EO]?([a-zA-Z%])/g;

/**
 * Formats a moment as Ruby's and C's `strftime` do, in English, whatever the machine's locale and time zone
 * are: `%e %B %Y`, with the flags `- _ 0 ^ # :` and a width. An unknown directive stays as it is.
 */
export const strftime = (format: string, time: WallTime): string => {
  const wall = new Date(time.at + time.offsetMinutes * 60_000);
  return format.replace(directive, (whole: string, flags: string, width: string, letter: string) => {
    const known = directives.get(letter);
    if (known === undefined) return whole;
    let printed = known.text(wall, time, flags.includes(':'));
    if (flags.includes('^')) printed = printed.toUpperCase();
    else if (flags.includes('#'))
      printed = printed === printed.toUpperCase() ? printed.toLowerCase() : printed.toUpperCase();
    if (flags.includes('-')) return printed;
    const pad = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : known.pad;
    return printed.padStart(width === '' ? known.width : Math.min(Number(width), widest), pad);
  });
};
