import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '@gavel/dev/project-root';
import { withProcessTable } from '@gavel/processes/readme-table';
import { describe, expect, it } from 'vitest';

const readme = await readFile(join(projectRoot, 'README.md'), 'utf8');

describe('the README', () => {
  it('names only existing files in the walk of one bid', () => {
    const walk = readme.slice(readme.indexOf('walk:begin'), readme.indexOf('walk:end'));
    const files = [...walk.matchAll(/^\| \d \| `([^`]+)`/gm)].map((match) => match[1] as string);
    expect(files).toHaveLength(7);
    for (const file of files) expect(existsSync(join(projectRoot, file)), file).toBe(true);
  });

  it('links only to pages that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] as string);
    for (const link of links) expect(existsSync(join(projectRoot, link)), link).toBe(true);
  });

  it('has the table of processes that `npm run generate` writes', () => {
    expect(readme).toBe(withProcessTable(readme));
  });

  it('names only make targets that exist', async () => {
    const makefile = await readFile(join(projectRoot, 'Makefile'), 'utf8');
    const targets = new Set(
      [...readme.matchAll(/`make (?:-s )?([a-z]+)/g)].map((match) => match[1] as string),
    );
    for (const target of targets) expect(makefile, target).toMatch(new RegExp(`^${target}:`, 'm'));
  });
});
