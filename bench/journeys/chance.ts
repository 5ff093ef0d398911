import { murmur3 } from '../../lib/domain/hash.ts';

/** Chance that is the same in every run. */
export class Chance {
  readonly #name: string;
  #drawn = 0;

  /** @param name - of two with one name both see the same */
  constructor(name: string) {
    this.#name = name;
  }

  /** In [0, 1). */
  next(): number {
    this.#drawn += 1;
    return murmur3(`${this.#name}/${this.#drawn}`, 0x6368616e) / 2 ** 32;
  }

  is(share: number): boolean {
    return this.next() < share;
  }

  /** A whole number from 0, below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  among<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  }

  /** Of the logarithmic normal distribution: how often people come is spread like that. */
  logNormal(median: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return median * Math.exp(sigma * normal);
  }

  /** 36 characters, as SDKs make their messageIds. */
  id(): string {
    const hex = (digits: number): string =>
      Array.from({ length: digits }, () => this.below(16).toString(16)).join('');
    return [8, 4, 4, 4, 12].map(hex).join('-');
  }
}
