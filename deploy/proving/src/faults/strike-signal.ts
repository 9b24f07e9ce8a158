/**
 * The signal after which a fixture kills itself at its next most dangerous moment. It has its own file because fixtures and
 * campaign both import it.
 */
export const STRIKE_SIGNAL: NodeJS.Signals = 'SIGUSR2';
