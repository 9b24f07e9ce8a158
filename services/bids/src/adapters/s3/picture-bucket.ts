import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { PictureStore } from '../../application/ports.ts';

export interface S3Location {
  bucket: string;
  region: string;
  /** Base URL of an S3-compatible server (MinIO, Ceph, Garage, …). Default: Amazon's. */
  endpoint?: string | undefined;
}

const CONNECT_MS = 2_000;
const REQUEST_MS = 10_000;

/**
 * Stores pictures in a bucket, which must exist. The SDK looks for credentials in its usual places: environment, shared files, web
 * identity, instance role.
 */
export function createPictureBucket({
  bucket,
  region,
  endpoint,
}: S3Location): PictureStore & { close(): void } {
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
          ContentType: 'image/webp',
          CacheControl: 'public, max-age=31536000, immutable',
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

    close: () => client.destroy(),
  };
}
