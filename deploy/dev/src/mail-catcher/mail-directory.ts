import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import { v7 as uuidv7 } from 'uuid';

const MOST_KEPT = 500;
const FILE = /^([0-9a-f-]{36})\.eml$/;

export interface CaughtMail {
  /** UUIDv7, so ids are in the order of arrival. */
  id: string;
  content: Email;
}

/** Mails in a directory, one file each, as they arrived. */
export interface MailDirectory {
  add(message: Buffer): Promise<void>;
  /** The newest first. */
  list(): Promise<CaughtMail[]>;
  find(id: string): Promise<CaughtMail | undefined>;
}

/** Opens the directory, and creates it when it is missing. The oldest mails are removed when there are more than 500. */
export async function openMailDirectory(directory: string): Promise<MailDirectory> {
  await mkdir(directory, { recursive: true });
  const ids = async (): Promise<string[]> =>
    (await readdir(directory))
      .flatMap((name) => FILE.exec(name)?.[1] ?? [])
      .toSorted()
      .toReversed();
  const read = async (id: string): Promise<CaughtMail> => ({
    id,
    content: await PostalMime.parse(await readFile(join(directory, `${id}.eml`))),
  });
  return {
    async add(message) {
      const path = join(directory, `${uuidv7()}.eml`);
      await writeFile(`${path}.part`, message);
      await rename(`${path}.part`, path);
      for (const old of (await ids()).slice(MOST_KEPT))
        await rm(join(directory, `${old}.eml`), { force: true });
    },
    async list() {
      return Promise.all((await ids()).map(read));
    },
    async find(id) {
      return (await ids()).includes(id) ? read(id) : undefined;
    },
  };
}
