/** The problems of new passwords, as an INVALID_FIELD failure names them: a closed list, which pages turn into sentences. */
export const passwordProblem = {
  short: 'must have at least 8 characters',
  common: 'is one of the most common passwords',
  pattern: 'must not repeat few characters or follow their order',
  personal: 'must have 8 characters besides your e-mail address, your name and the name of the product',
} as const;
