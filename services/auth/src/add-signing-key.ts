import { addSigningKey } from './adapters/jwt/signing-key-directory.ts';
import { readKeysDirectory } from './config.ts';

// The first half of a key rotation: running services publish the new key within a minute, and sign with it after five minutes.
const name = await addSigningKey(readKeysDirectory());
process.stdout.write(`${name} added\n`);
