import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { debianMirror } from './debian-mirror.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gavel-apt-'));
  mkdirSync(join(folder, 'sources.list.d'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('the mirror is read from deb822 stanzas, without comments and other archives', () => {
  const text = `Types: deb
# http://old.example/debian
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;
  writeFileSync(join(folder, 'sources.list.d/debian.sources'), text);
  expect(debianMirror(folder, 'bookworm')).toBe('http://mirror.example/debian');
  expect(debianMirror(folder, 'trixie')).toBeUndefined();
});

test('the mirror is read from one-line sources with options', () => {
  const text = `# deb http://old.example/debian bookworm main
deb [arch=amd64 signed-by=/x.gpg] https://mirror.example/debian/ bookworm main non-free # ours
`;
  writeFileSync(join(folder, 'sources.list'), text);
  expect(debianMirror(folder, 'bookworm')).toBe('https://mirror.example/debian/');
});

test('a disabled stanza is skipped', () => {
  const text =
    'Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n';
  writeFileSync(join(folder, 'sources.list.d/off.sources'), text);
  expect(debianMirror(folder, 'bookworm')).toBeUndefined();
});
