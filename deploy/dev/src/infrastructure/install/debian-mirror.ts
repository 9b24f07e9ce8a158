import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from './find-binary.ts';

/**
 * The URL of the mirror of Debian's main archive, from this machine's apt sources. Undefined when they name none.
 * @param directory normally `/etc/apt`
 * @param codename the release of this machine (`bookworm`); only sources for it count
 */
export function debianMirror(directory: string, codename: string): string | undefined {
  const folder = join(directory, 'sources.list.d');
  const listFiles = [
    join(directory, 'sources.list'),
    ...namesIn(folder)
      .filter((name) => name.endsWith('.list'))
      .map((name) => join(folder, name)),
  ];
  const fromStanzas = namesIn(folder)
    .filter((name) => name.endsWith('.sources'))
    .flatMap((name) => stanzas(read(join(folder, name))));
  const fromLines = listFiles.flatMap((file) => oneLiners(read(file)));
  return [...fromStanzas, ...fromLines].find(
    (source) => source.suites.includes(codename) && source.components.includes('main'),
  )?.uri;
}

interface Source {
  readonly uri: string;
  readonly suites: string[];
  readonly components: string[];
}

function stanzas(text: string): Source[] {
  const uncommented = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  return uncommented.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
    if (!field('Types').includes('deb') || field('Enabled')[0] === 'no') return [];
    return field('URIs').map((uri) => ({ uri, suites: field('Suites'), components: field('Components') }));
  });
}

function oneLiners(text: string): Source[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#]+)/.exec(line);
    const [, uri, suite, components] = match ?? [];
    if (uri === undefined || suite === undefined || components === undefined) return [];
    return [{ uri, suites: [suite], components: components.trim().split(/\s+/) }];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
