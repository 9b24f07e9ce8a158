/** A demo account. */
export interface DemoPerson {
  readonly key: 'mara' | 'tomas' | 'ines' | 'ada' | 'ben' | 'chidi' | 'dina';
  readonly email: string;
  readonly fullName: string;
  readonly countryCode: string;
}

/** The password of every demo account. `make up` prints it. */
export const demoPassword = 'gavel-demo-only';

export const sellers: readonly DemoPerson[] = [
  { key: 'mara', email: 'mara@demo.example', fullName: 'Mara Lindqvist', countryCode: 'SE' },
  { key: 'tomas', email: 'tomas@demo.example', fullName: 'Tomás Ferreira', countryCode: 'PT' },
  { key: 'ines', email: 'ines@demo.example', fullName: 'Inès Moreau', countryCode: 'FR' },
];

export const bidders: readonly DemoPerson[] = [
  { key: 'ada', email: 'ada@demo.example', fullName: 'Ada Okafor', countryCode: 'GB' },
  { key: 'ben', email: 'ben@demo.example', fullName: 'Ben Takahashi', countryCode: 'US' },
  { key: 'chidi', email: 'chidi@demo.example', fullName: 'Chidi Eze', countryCode: 'NG' },
  { key: 'dina', email: 'dina@demo.example', fullName: 'Dina Haddad', countryCode: 'JO' },
];
