import { Ajv, type ValidateFunction } from 'ajv';

// The fields of the operators' resources that the chart uses, from their CustomResourceDefinitions: CloudNativePG 1.30, its
// plugin barman-cloud 0.14, RabbitMQ's cluster operator 2.22 and topology operator 1.20. No npm package has these definitions. Each
// object is closed, so a field that is not listed here is refused until somebody has looked it up.

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string', minLength: 1 };
const texts: Schema = { type: 'array', items: text };
const flag: Schema = { type: 'boolean' };
const quantity: Schema = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(m|Ki|Mi|Gi|Ti)?$' };
const map: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const quantities: Schema = { type: 'object', additionalProperties: quantity };

/** An object with these fields and no others. A name that ends in `?` is optional. */
function closed(fields: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    additionalProperties: false,
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name.replace(/\?$/, ''), field]),
    ),
  };
}

const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
const atLeast = (minimum: number): Schema => ({ type: 'integer', minimum });
const reference = closed({ name: text });
const secretKey = closed({ name: text, key: text });
const resources = closed({ requests: quantities, limits: quantities });

const specs: Readonly<Record<string, Schema>> = {
  'postgresql.cnpg.io/v1 Cluster': closed({
    imageName: text,
    instances: atLeast(1),
    bootstrap: closed({ initdb: closed({ database: text, owner: text, dataChecksums: flag }) }),
    storage: closed({ size: quantity, 'storageClass?': text }),
    postgresql: closed({
      parameters: map,
      'synchronous?': closed({
        method: oneOf('any', 'first'),
        number: atLeast(1),
        dataDurability: oneOf('required', 'preferred'),
      }),
    }),
    resources,
    affinity: closed({
      enablePodAntiAffinity: flag,
      topologyKey: text,
      podAntiAffinityType: oneOf('preferred', 'required'),
    }),
    'plugins?': { type: 'array', items: closed({ name: text, isWALArchiver: flag, parameters: map }) },
  }),
  'postgresql.cnpg.io/v1 ScheduledBackup': closed({
    cluster: reference,
    schedule: text,
    backupOwnerReference: oneOf('none', 'self', 'cluster'),
    immediate: flag,
    method: oneOf('barmanObjectStore', 'volumeSnapshot', 'plugin'),
    pluginConfiguration: closed({ name: text, 'parameters?': map }),
  }),
  'barmancloud.cnpg.io/v1 ObjectStore': closed({
    retentionPolicy: { type: 'string', pattern: '^[1-9][0-9]*[dwm]$' },
    configuration: closed({
      destinationPath: text,
      'endpointURL?': text,
      s3Credentials: closed({ accessKeyId: secretKey, secretAccessKey: secretKey }),
      wal: closed({ compression: oneOf('bzip2', 'gzip', 'lz4', 'snappy', 'xz', 'zstd') }),
      data: closed({ compression: oneOf('bzip2', 'gzip', 'lz4', 'snappy') }),
    }),
  }),
  'rabbitmq.com/v1beta1 RabbitmqCluster': closed({
    image: text,
    replicas: atLeast(1),
    persistence: closed({ storage: quantity, 'storageClassName?': text }),
    resources,
    rabbitmq: closed({ additionalPlugins: texts, additionalConfig: text }),
  }),
  'rabbitmq.com/v1beta1 User': closed({ rabbitmqClusterReference: reference }),
  'rabbitmq.com/v1beta1 Permission': closed({
    rabbitmqClusterReference: reference,
    vhost: text,
    userReference: reference,
    permissions: closed({
      configure: { type: 'string' },
      write: { type: 'string' },
      read: { type: 'string' },
    }),
  }),
};

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
const validators = new Map<string, ValidateFunction>();

/**
 * Validates an operator's resource. Returns what is wrong, for example `/spec must have required property 'image'`, or undefined for a
 * kind that is not an operator's.
 * @param kind apiVersion and kind: `rabbitmq.com/v1beta1 RabbitmqCluster`
 */
export function validateOperatorResource(kind: string, object: unknown): string[] | undefined {
  const spec = specs[kind];
  if (spec === undefined) return undefined;
  let validate = validators.get(kind);
  if (validate === undefined) {
    const metadata = closed({ name: text, 'labels?': map, 'annotations?': map });
    validate = ajv.compile(closed({ apiVersion: text, kind: text, metadata, spec }));
    validators.set(kind, validate);
  }
  if (validate(object)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = '', params }) => {
    const unknown = (params as { additionalProperty?: string }).additionalProperty;
    return unknown === undefined
      ? `${instancePath} ${message}`
      : `${kind} has no field ${instancePath}/${unknown}`;
  });
}
