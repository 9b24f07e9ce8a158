import { posix } from 'node:path';
import type { Edge } from './find-violations.ts';

type Layer = 'domain' | 'application' | 'adapters';

const inService = /^((?:services|consumers)\/[^/]+\/src\/(?:.*?\/)?)(domain|application|adapters)\//;

/** Libraries have no use cases of a business: their application layer may know their own public files and their rooms. */
const library = /^(services\/(runtime|postgres|outbox|rabbitmq)|consumers\/runtime)\//;

/**
 * Declaring a consumer is wiring it: its handler is an adapter of the projection's database. So is opening what the bridge to
 * NATS writes for somebody who asks, as the command line does.
 */
const consumerDeclaration = /^consumers\/[^/]+\/src\/(consumer|inspect-mirror)\.ts$/;

/** What a use case may take from other rooms. A transaction is handed through as a type and never opened there. */
const applicationMayImport = /^(proto\/|observability\/|services\/runtime\/src\/failure\.ts$)/;
const applicationMayNameTypesOf = /^services\/(postgres\/src\/transaction|runtime\/src\/\w[\w-]*)\.ts$/;

/** Packages and built-ins that do I/O: they belong behind a port. */
const infrastructure =
  /^(pg|amqplib|ioredis|rabbitmq-stream-js-client|@nats-io\/.*|jose|next|@connectrpc\/.*|node:(http2?|https|net|tls|fs|child_process|dgram))$/;

/**
 * The rule inside a service or consumer: domain imports nothing outside its folder, application imports domain, adapters
 * import both, and adapters are wired together only by a file that no other imports, such as main.ts.
 */
export function refuseInside(edge: Edge, imported: ReadonlySet<string>): string | undefined {
  if (/\.test\.ts$|\/testing\//.test(edge.from)) return undefined;
  const place = inService.exec(edge.from);
  if (!place) return refuseWiring(edge, imported);
  const [, home = '', layer] = place;
  if (layer === 'domain') return refuseInDomain(edge, home);
  if (layer === 'application') return refuseInApplication(edge, home);
  return refuseInAdapters(edge);
}

function layerOf(file: string): Layer | undefined {
  return inService.exec(file)?.[2] as Layer | undefined;
}

function refuseInDomain({ target, import: { specifier } }: Edge, home: string): string | undefined {
  if ('file' in target && target.file.startsWith(`${home}domain/`)) return undefined;
  return `domain imports nothing outside its own folder: ${specifier}`;
}

function refuseInApplication({ target, import: taken }: Edge, home: string): string | undefined {
  if ('external' in target) {
    if (taken.typeOnly || !infrastructure.test(target.external)) return undefined;
    return `application owns ports, adapters do the I/O: ${taken.specifier}`;
  }
  const { file } = target;
  if (file.startsWith(`${home}domain/`) || file.startsWith(`${home}application/`)) return undefined;
  if (library.test(home) && layerOf(file) !== 'adapters') return undefined;
  if (applicationMayImport.test(file)) return undefined;
  if (taken.typeOnly && applicationMayNameTypesOf.test(file)) return undefined;
  return `application imports domain, its own ports and types of the transaction: not ${taken.specifier}`;
}

function refuseInAdapters({ target, import: { specifier } }: Edge): string | undefined {
  if ('external' in target) return undefined;
  return posix.basename(target.file) === 'main.ts'
    ? `adapters do not start a process: ${specifier}`
    : undefined;
}

function refuseWiring(
  { from, target, import: taken }: Edge,
  imported: ReadonlySet<string>,
): string | undefined {
  if (taken.typeOnly || !/^(services|consumers)\//.test(from) || 'external' in target) return undefined;
  if (layerOf(target.file) !== 'adapters' || !imported.has(from)) return undefined;
  if (library.test(from) || consumerDeclaration.test(from)) return undefined;
  return `only an entry point such as main.ts wires adapters, and other files import this one: ${taken.specifier}`;
}
