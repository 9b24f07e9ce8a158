import { addSigningKey } from './adapters/signing-key-directory.ts';
import { readKeysDirectory } from './config.ts';

// First half of a key rotation; running services publish the key within a minute and sign with it after five.
const name = await addSigningKey(readKeysDirectory());
process.stdout.write(`${name} added\n`);
