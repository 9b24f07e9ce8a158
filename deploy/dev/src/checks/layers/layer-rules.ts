import type { IRegularForbiddenRuleType } from 'dependency-cruiser';
import { anyPackage, testCode } from './package-rules.ts';

/** The folder of a service, a consumer, or a part of one that has layers of its own. It is the first group, `$1`. */
const home = '^((?:services|consumers)/[^/]+/src/(?:|.+?/))';

/** Libraries have no use cases of a business: their application layer may import their own public files and their packages. */
const library = '^(services/(resilience|runtime|postgres|rabbitmq|outbox)|consumers/runtime)/';

/**
 * Files that connect ports with adapters. `consumer.ts` declares a consumer, and its handler is an adapter; `inspect-mirror.ts`
 * and `open-archive.ts` open what the bridge to NATS and the archiver write, for the command line; `add-signing-key.ts` is a
 * program.
 */
const wiring = '/(main|migrate|process|consumer|inspect-mirror|open-archive|add-signing-key)\\.ts$';

/** Packages and built-in modules that do I/O: they belong behind a port. */
const infrastructure = [
  '(^|/)node_modules/(@types/)?(pg|amqplib|ioredis|rabbitmq-stream-js-client|@nats-io/[^/]+|jose|next|@connectrpc/[^/]+)/',
  '^(node:)?(http2?|https|net|tls|fs|child_process|dgram)(/|$)',
];

/** What a use case may import from other packages. A transaction is passed through as a type and never opened there. */
const applicationMayImport = [
  '^$1(domain|application)/',
  '^(proto|observability)/',
  '^services/runtime/src/(failure|page)\\.ts$',
  '^services/resilience/',
];
const applicationMayImportTypes = '^services/(postgres/src/transaction|runtime/src/[^/]+)\\.ts$';

/** The layers inside a service or consumer: domain, application, adapters, and the files that wire them. Tests are exempt. */
export const layerDependencies: readonly IRegularForbiddenRuleType[] = [
  {
    name: 'layers: domain',
    severity: 'error',
    comment: 'domain/ imports nothing outside its own folder. Pass the value in as an argument',
    from: { path: `${home}domain/`, pathNot: testCode },
    to: { pathNot: '^$1domain/' },
  },
  {
    name: 'layers: application',
    severity: 'error',
    comment:
      'application/ imports domain/, its own ports, proto, observability, failures and pages. Declare a port in application/ports.ts and implement it in adapters/',
    from: { path: `${home}application/`, pathNot: [testCode, library] },
    to: { path: anyPackage, pathNot: applicationMayImport, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'layers: types in application',
    severity: 'error',
    comment:
      'application/ imports types only from domain/, its own ports, proto, observability, the transaction and the service runtime',
    from: { path: `${home}application/`, pathNot: [testCode, library] },
    to: {
      path: anyPackage,
      pathNot: [...applicationMayImport, applicationMayImportTypes],
      dependencyTypes: ['type-only'],
    },
  },
  {
    name: 'layers: application of a library',
    severity: 'error',
    comment:
      "a library's application/ does not import adapters/. Declare a port and implement it in adapters/",
    from: { path: [`${home}application/`], pathNot: testCode },
    to: { path: `${home.replace('^(', '^(?:')}adapters/` },
  },
  {
    name: 'layers: no I/O in application',
    severity: 'error',
    comment: 'application/ owns ports, and adapters/ do the I/O. Move the call behind a port',
    from: { path: `${home}application/`, pathNot: testCode },
    to: { path: infrastructure, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'layers: wiring',
    severity: 'error',
    comment: 'only main.ts and the other entry points create adapters. Take a port as an argument instead',
    from: {
      path: '^(services|consumers)/',
      pathNot: [`${home}(domain|application|adapters)/`, library, testCode, wiring],
    },
    to: { path: `${home.replace('^(', '^(?:')}adapters/`, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'layers: entry points',
    severity: 'error',
    comment: 'main.ts starts a process, and nothing imports it. Move what you need into a file of its own',
    from: { path: '^(services|consumers)/', pathNot: testCode },
    to: { path: '^(services|consumers)/[^/]+/src/(?:|.+/)main\\.ts$' },
  },
];
