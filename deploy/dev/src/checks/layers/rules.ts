import type { IFlattenedRuleSet } from 'dependency-cruiser';
import { layerDependencies } from './layer-rules.ts';
import { anyPackage, packageDependencies, testCode } from './package-rules.ts';

/** Every rule about imports. Each comment says what to do about an import that breaks the rule. */
export const rules: IFlattenedRuleSet = {
  forbidden: [
    ...packageDependencies,
    ...layerDependencies,
    {
      name: 'test code',
      severity: 'error',
      comment: 'a process does not import test code. Move what both need out of testing/',
      from: { pathNot: [testCode, '^deploy/'] },
      to: { path: testCode },
    },
    {
      name: 'named exports',
      severity: 'error',
      comment:
        'no such file or export. To import from another package, name the file in "exports" of its package.json',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'relative imports',
      severity: 'error',
      comment: 'a relative path does not leave its package. Import @gavel/<package>/<export>',
      from: { path: anyPackage },
      to: { path: anyPackage, pathNot: '^$1/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'cycles',
      severity: 'error',
      comment:
        'an import cycle, of types or of code. Move what both files need into one of them or a third file',
      from: {},
      to: { circular: true },
    },
  ],
};
