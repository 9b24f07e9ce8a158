/** Tells an armed fixture to die at its worst moment: the next one that comes. */
export const STRIKE_SIGNAL: NodeJS.Signals = 'SIGUSR2';
