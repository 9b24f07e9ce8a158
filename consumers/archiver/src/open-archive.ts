import { openObjectStore } from '@gavel/object-store/open-object-store';
import { createObjectArchive, type ObjectArchive } from './adapters/object-store/object-archive.ts';

/** An archive for people and tools. Nothing is written to it. */
export interface OpenArchive extends Pick<ObjectArchive, 'list' | 'manifest' | 'read' | 'end'> {
  close(): void;
}

/** Opens the archive at a location that `openObjectStore` takes. */
export async function openArchive(location: string): Promise<OpenArchive> {
  const store = await openObjectStore(location);
  return { ...createObjectArchive(store), close: () => store.close() };
}
