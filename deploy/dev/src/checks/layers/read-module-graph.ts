import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult, type IModule, type IReporterOutput } from 'dependency-cruiser';
import { sourceFolders } from '../source-files.ts';
import { rules } from './rules.ts';

/**
 * Every module of the project with its imports, type-only imports included, from dependency-cruiser. Paths are relative to `root`.
 * Each import names the rules that it breaks. Takes about a second for a thousand files. Throws on a file that
 * the parser cannot read, which includes every `using` declaration.
 */
export async function readModuleGraph(root: string): Promise<IModule[]> {
  let result: IReporterOutput;
  try {
    result = await cruise(
      sourceFolders.filter((folder) => existsSync(join(root, folder))),
      {
        baseDir: root,
        // TypeScript 7 has no JavaScript API, so dependency-cruiser's default parser for .ts files does not work.
        parser: 'swc',
        tsPreCompilationDeps: true,
        doNotFollow: { path: ['node_modules', '^proto/gen/'] },
        exclude: { path: ['(^|/)node_modules/\\.', '(^|/)\\.next/', '(^|/)\\.gavel/'] },
        combinedDependencies: true,
        skipAnalysisNotInRules: true,
        enhancedResolveOptions: {
          exportsFields: ['exports'],
          conditionNames: ['import', 'node', 'default', 'types'],
          extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
        },
        validate: true,
        ruleSet: rules,
      },
      { alias: { '@': join(root, 'bff') } },
    );
  } catch (cause) {
    const { message } = cause as Error;
    const advice = message.includes('UsingDeclaration')
      ? ' It does not know `using`: write try … finally.'
      : '';
    throw new Error(`dependency-cruiser cannot read a file.${advice} ${message}`, { cause });
  }
  return (result.output as ICruiseResult).modules;
}
