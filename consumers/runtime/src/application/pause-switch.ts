/** A switch that work waits at while it is on. */
export class PauseSwitch {
  #on: boolean;
  #waiting = new Set<() => void>();

  constructor(on = false) {
    this.#on = on;
  }

  get isOn(): boolean {
    return this.#on;
  }

  set(on: boolean): void {
    this.#on = on;
    if (on) return;
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }

  /** Resolves when the switch is off or the signal aborted. */
  async whileOn(signal: AbortSignal): Promise<void> {
    while (this.#on && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', go);
          this.#waiting.delete(go);
          resolve();
        };
        this.#waiting.add(go);
        signal.addEventListener('abort', go);
      });
    }
  }
}
