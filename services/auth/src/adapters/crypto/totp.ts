import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;
// The clock of a phone may be half a minute wrong.
const WINDOW = 1;

/** A new secret for codes, 160 random bits in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** The secret as authenticator apps read it, for example from a QR code. */
export function totpUri(secret: string, account: string): string {
  return totpOf(secret, account).toString();
}

/**
 * The number of the 30 seconds that a code is of (RFC 6238); undefined for a wrong code. A code is accepted for 30 seconds before and
 * after its time. Spaces in it do not matter.
 */
export function stepOfCode(secret: string, code: string, now: Date): number | undefined {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const timestamp = now.getTime();
  const delta = totpOf(secret, '').validate({ token, timestamp, window: WINDOW });
  return delta === null ? undefined : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
}

function totpOf(secret: string, label: string): TOTP {
  // The parameters that every authenticator app knows.
  const parameters = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS };
  return new TOTP({ issuer: 'Gavel', label, secret: Secret.fromBase32(secret), ...parameters });
}

const RECOVERY_CODES = 10;
// 120 bits: nobody can guess them, so a plain SHA-256 is enough to store them (OWASP ASVS 5.0, 6.5.2 asks for 112).
const RECOVERY_BYTES = 15;

/** New recovery codes: four groups of six letters and digits. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const text = new Secret({ buffer: new Uint8Array(randomBytes(RECOVERY_BYTES)).buffer }).base32;
    return (text.match(/.{6}/g) ?? []).join('-').toLowerCase();
  });
}

/** A recovery code as it was typed, in the form of `newRecoveryCodes`; undefined when it cannot be one. */
export function readRecoveryCode(typed: string): string | undefined {
  const text = typed.replaceAll(/[\s-]/g, '').toLowerCase();
  return /^[a-z2-7]{24}$/.test(text) ? (text.match(/.{6}/g) ?? []).join('-') : undefined;
}
