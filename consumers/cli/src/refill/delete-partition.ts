import { managementRequest } from '../streams/management.ts';

/** Removes a partition with everything in it, and with what the broker remembers of its publishers. */
export async function deletePartition(
  managementUrl: string,
  streamUrl: string,
  partition: string,
): Promise<void> {
  await managementRequest(managementUrl, streamUrl, 'DELETE', `/${encodeURIComponent(partition)}`);
}
