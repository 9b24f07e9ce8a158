/** Tells a fixture to die when it next reaches its most dangerous moment. A file of its own: fixtures and campaign both import it. */
export const STRIKE_SIGNAL: NodeJS.Signals = 'SIGUSR2';
