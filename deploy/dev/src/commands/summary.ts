import { findProcess } from '@gavel/processes';
import { bidders, demoPassword, sellers } from '../seed/demo-people.ts';
import type { KeptState, SystemState } from '../system/system-files.ts';
import { tableLines } from './terminal.ts';

/**
 * The text that `make up` prints at its end. Its table has every process and every port of a server, with the addresses that
 * the running system uses: the environment of a repeated `make up` may name others.
 */
export function summary({ kept }: SystemState): string {
  const people = [...sellers.slice(0, 1), ...bidders.slice(0, 2)];
  const table = [['NAME', 'ADDRESS', 'WHAT IT IS'], ...kept.flatMap(processRow), ...kept.flatMap(serverRows)];
  return `
Gavel is up.

${tableLines(table)
  .map((line) => `  ${line}`)
  .join('\n')}

  web app       ${kept.find(({ name }) => name === 'bff')?.url ?? 'not running'}
  mails         ${kept.find(({ name }) => name === 'mail')?.url ?? 'sent to SMTP_URL'}
  sign in as    ${people.map((person) => person.email).join(', ')}
  password      ${demoPassword}

  make status · make logs · make down (keeps data) · make reset (removes data)
`;
}

/** The row of a process; none for a server. */
function processRow({ name, url }: KeptState): string[][] {
  const definition = findProcess(name);
  if (definition === undefined) return [];
  // The first part says enough here. The README has the whole sentence.
  return [[name, url ?? '-', definition.summary.split(';')[0] ?? '']];
}

/** One row for a server's page, and one per port, with the port's name in GAVEL_PORT_<NAME>. */
function serverRows({ name, url, port, ports }: KeptState): string[][] {
  if (findProcess(name) !== undefined) return [];
  const page = url === null ? [] : [[name, url, `server ${name}`]];
  const others = Object.entries(ports ?? (url === null ? { [name]: port } : {}));
  return [
    ...page,
    ...others.map(([portName, number]) => [portName, `127.0.0.1:${number}`, `server ${name}`]),
  ];
}
