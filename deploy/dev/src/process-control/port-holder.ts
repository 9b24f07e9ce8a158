import { execa } from 'execa';

/** Who listens on a TCP port, as `name (pid 123)`; undefined when this user may not know or `ss` is missing. */
export async function portHolder(port: number): Promise<string | undefined> {
  const result = await execa('ss', ['-ltnpH', `sport = :${port}`], { reject: false });
  if (result.failed) return undefined;
  const match = /users:\(\("([^"]+)",pid=(\d+)/.exec(result.stdout);
  return match === null ? undefined : `${match[1]} (pid ${match[2]})`;
}
