/** Random numbers from a seed: the same seed gives the same campaign plan. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [from, to]. */
  between(from: number, to: number): number;
  pick<T>(from: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
  /** An independent generator, so that one part of the plan does not change the numbers of another. */
  fork(): Random;
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state suffice for a plan of some dozens of numbers. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    pick(from) {
      if (from.length === 0) throw new RangeError('nothing to pick from');
      return from[between(0, from.length - 1)] as (typeof from)[number];
    },
    shuffle(list) {
      const shuffled = [...list];
      for (let i = shuffled.length - 1; i > 0; i -= 1) {
        const j = between(0, i);
        [shuffled[i], shuffled[j]] = [
          shuffled[j] as (typeof shuffled)[number],
          shuffled[i] as (typeof shuffled)[number],
        ];
      }
      return shuffled;
    },
    fork: () => seededRandom(between(0, 2 ** 32 - 1)),
  };
}
