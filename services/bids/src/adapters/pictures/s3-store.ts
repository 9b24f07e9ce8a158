import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { PictureStore } from '../../application/pictures.ts';

export interface S3Location {
  bucket: string;
  region: string;
  /** Base URL of an S3-compatible server (MinIO, Ceph, Garage, …); absent: Amazon's. */
  endpoint?: string | undefined;
}

const CONNECT_MS = 2_000;
const REQUEST_MS = 10_000;

/**
 * Keeps pictures in a bucket, which must exist. Credentials come from where the SDK looks for them: environment, shared
 * files, web identity, instance role.
 */
export function createS3Store({ bucket, region, endpoint }: S3Location): PictureStore & { close(): void } {
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    // The newer default, a checksum in a trailer, is not understood by every compatible server.
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
