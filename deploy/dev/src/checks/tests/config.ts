/** `make test FILTER=services/bids` arrives in the environment, `npm test -- services/bids` as arguments. */
export function readFilters(env: NodeJS.ProcessEnv = process.env, args = process.argv.slice(2)): string[] {
  return [...(env.FILTER?.split(/\s+/).filter(Boolean) ?? []), ...args];
}
