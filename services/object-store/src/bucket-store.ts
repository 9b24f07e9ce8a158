import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectEntry, ObjectStore } from './object-store.ts';

export interface S3Location {
  readonly bucket: string;
  readonly region: string;
  /** Base URL of an S3-compatible server (MinIO, Ceph, Garage, …). Default: Amazon's. */
  readonly endpoint?: string | undefined;
}

/** HTTP headers of every object of a store. */
export interface ObjectHeaders {
  readonly contentType: string;
  readonly cacheControl?: string;
}

const CONNECT_MS = 2_000;
const REQUEST_MS = 10_000;

/**
 * Stores objects in a bucket, which must exist. The SDK looks for credentials in its usual places: environment, shared files, web
 * identity, instance role.
 */
export function createBucketStore(
  { bucket, region, endpoint }: S3Location,
  { contentType, cacheControl }: ObjectHeaders,
): ObjectStore {
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    // The newer default, a checksum in a trailer, is not supported by every compatible server.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
  });
  return {
    async put(key, bytes) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: bytes,
          ContentType: contentType,
          CacheControl: cacheControl,
        }),
      );
    },

    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },

    async list(prefix) {
      const entries: ObjectEntry[] = [];
      for await (const { Contents } of paginateListObjectsV2(
        { client },
        { Bucket: bucket, Prefix: prefix },
      )) {
        for (const { Key, Size } of Contents ?? []) {
          if (Key !== undefined) entries.push({ key: Key, size: Size ?? 0 });
        }
      }
      return entries;
    },

    close: () => client.destroy(),
  };
}
