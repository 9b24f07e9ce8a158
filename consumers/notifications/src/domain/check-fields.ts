const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// One address and nothing that a mail client could take for more: no list, no name, no line break.
const ADDRESS = /^[^\s@,;:<>()"\\]{1,64}@[^\s@,;:<>()"\\]{1,255}$/;

/** Checks by the name of what they check. */
const checks = {
  uuid: (value: string) => UUID.test(value),
  'uuid or nothing': (value: string) => value === '' || UUID.test(value),
  date: (value: string) => !Number.isNaN(Date.parse(value)),
  amount: (value: bigint) => value > 0n,
  currency: (value: string) => /^[A-Z]{3}$/.test(value),
  address: (value: string) => ADDRESS.test(value),
} as const;

type Check = keyof typeof checks;

/** A field's name, what it has to be, and what it is. */
export type Field = readonly [name: string, check: Check, value: unknown];

/**
 * What makes an event one that nobody can ever be told of, or undefined: the fields that a foreign producer may have got
 * wrong in a message that is of its type by its form.
 */
export function problemOf(fields: readonly Field[]): string | undefined {
  const bad = fields.find(([, check, value]) => !(checks[check] as (value: unknown) => boolean)(value));
  return bad && `${bad[0]} is no ${bad[1]}`;
}
