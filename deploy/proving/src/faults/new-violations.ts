import type { Violation } from './verdict.ts';

/** A campaign judges everything again after each round: this tells what was not known before. */
export class NewViolations {
  readonly #known = new Map<string, Violation>();

  get all(): Violation[] {
    return [...this.#known.values()];
  }

  /** Returns those that were never added before. */
  add(violations: readonly Violation[]): Violation[] {
    return violations.filter((violation) => {
      const key = `${violation.kind} ${violation.place} ${violation.detail}`;
      if (this.#known.has(key)) return false;
      this.#known.set(key, violation);
      return true;
    });
  }
}
