import 'server-only';
import { BlockList, isIP } from 'node:net';

/** How many pages may be open at the same time. */
export interface OpenPageLimits {
  readonly perAddress: number;
  readonly perPerson: number;
}

// Behind a proxy on this machine, or on a developer's machine, every reader has a loopback address.
const LOOPBACK_FACTOR = 10;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Counts the open pages of each address and of each person, so that nobody can take the room of everybody. */
export class OpenPages {
  readonly #limits: OpenPageLimits;
  readonly #open = new Map<string, number>();

  constructor(limits: OpenPageLimits) {
    this.#limits = limits;
  }

  /**
   * Counts one more page of an address; all unknown addresses (an empty text) count as one, and a loopback address may open ten times as
   * many. The returned function ends it and may be called twice. Undefined when the limit is reached.
   */
  enterFrom(address: string): (() => void) | undefined {
    const isLoopback = isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
    return this.#enter(`address ${address}`, this.#limits.perAddress * (isLoopback ? LOOPBACK_FACTOR : 1));
  }

  /** The same for a person. Their token must have been verified: anybody can write an id into a token. */
  enterAs(userId: string): (() => void) | undefined {
    return this.#enter(`person ${userId}`, this.#limits.perPerson);
  }

  #enter(key: string, most: number): (() => void) | undefined {
    const open = this.#open.get(key) ?? 0;
    if (open >= most) return undefined;
    this.#open.set(key, open + 1);
    let entered = true;
    return () => {
      if (!entered) return;
      entered = false;
      const left = (this.#open.get(key) ?? 0) - 1;
      if (left > 0) this.#open.set(key, left);
      else this.#open.delete(key);
    };
  }
}
