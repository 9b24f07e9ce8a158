import { createDirectoryStore } from './directory-store.ts';
import type { ObjectStore } from './object-store.ts';

/** True for what `openObjectStore` takes: an absolute path, or `s3://bucket` with a region and an endpoint as parameters. */
export function isStoreLocation(location: string): boolean {
  if (location.startsWith('/')) return true;
  if (!URL.canParse(location)) return false;
  const { protocol, hostname, searchParams } = new URL(location);
  return (
    protocol === 's3:' &&
    hostname.length >= 3 &&
    [...searchParams.keys()].every((name) => name === 'region' || name === 'endpoint') &&
    URL.canParse(searchParams.get('endpoint') ?? 'https://amazonaws.com')
  );
}

/**
 * Opens the store at a location: a directory (`/var/lib/gavel/archive`), or a bucket
 * (`s3://gavel-archive?region=eu-central-1&endpoint=https://minio.example`; default: region us-east-1, Amazon's endpoint).
 * Throws a TypeError for anything else.
 */
export async function openObjectStore(location: string): Promise<ObjectStore> {
  if (!isStoreLocation(location)) throw new TypeError('neither an absolute path nor s3://bucket');
  if (location.startsWith('/')) return createDirectoryStore(location);
  const { hostname, searchParams } = new URL(location);
  // The SDK is large, and a process with a directory does not need it.
  const { createBucketStore } = await import('./bucket-store.ts');
  return createBucketStore(
    {
      bucket: hostname,
      region: searchParams.get('region') ?? 'us-east-1',
      endpoint: searchParams.get('endpoint') ?? undefined,
    },
    { contentType: 'application/octet-stream' },
  );
}
