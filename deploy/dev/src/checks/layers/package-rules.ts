import type { IRegularForbiddenRuleType } from 'dependency-cruiser';

/** A package, or a folder of packages, and the packages whose code it may import. */
interface PackageRule {
  /** A package's folder, or a parent folder with `/*` for each package in it that has no rule of its own. */
  readonly folder: string;
  readonly mayImport: readonly string[];
}

const foundation = ['proto', 'observability', 'services/resilience'];
const servicesFoundation = [...foundation, 'services/postgres', 'services/runtime', 'services/rabbitmq'];

/** The one-way dependencies of the design, one line per package. `deploy` has no rule: it puts everything together. */
const packageRules: readonly PackageRule[] = [
  { folder: 'proto', mayImport: [] },
  { folder: 'observability', mayImport: ['proto'] },
  { folder: 'services/resilience', mayImport: ['observability'] },
  { folder: 'services/postgres', mayImport: foundation },
  { folder: 'services/runtime', mayImport: [...foundation, 'services/postgres'] },
  { folder: 'services/rabbitmq', mayImport: [...foundation, 'services/runtime'] },
  { folder: 'services/outbox', mayImport: servicesFoundation },
  { folder: 'services/object-store', mayImport: foundation },
  { folder: 'services/*', mayImport: [...servicesFoundation, 'services/outbox', 'services/object-store'] },
  { folder: 'consumers/runtime', mayImport: servicesFoundation },
  // The command line works with everything that publishes and consumes: outboxes, and the handlers of every group.
  {
    folder: 'consumers/cli',
    mayImport: [
      ...servicesFoundation,
      'services/outbox',
      'services/object-store',
      'consumers/runtime',
      'consumers/leaderboard',
      'consumers/user-stats',
      'consumers/notifications',
      'consumers/nats-bridge',
      'consumers/archiver',
      'deploy/processes',
    ],
  },
  // It reads the checkpoints of every group, and loads their declarations.
  {
    folder: 'consumers/group-watch',
    mayImport: [
      ...servicesFoundation,
      'consumers/runtime',
      'consumers/auditor',
      'consumers/leaderboard',
      'consumers/notifications',
      'consumers/seller-stats',
      'consumers/user-stats',
    ],
  },
  { folder: 'consumers/*', mayImport: [...servicesFoundation, 'services/object-store', 'consumers/runtime'] },
  { folder: 'bff', mayImport: [...foundation, 'services/rabbitmq'] },
];

/** Any file of any package of the project. */
export const anyPackage = '^(proto|observability|bff|services/[^/]+|consumers/[^/]+|deploy/[^/]+)/';

/** Tests and their support in `testing/` folders. No process runs them. */
export const testCode = '(\\.test\\.tsx?$|/testing/)';

/** Two rules per package: one for its own code, and one for its tests, which may also use test code of other packages. */
export const packageDependencies: readonly IRegularForbiddenRuleType[] = packageRules.flatMap(
  ({ folder, mayImport }) => {
    const siblings = packageRules.map((rule) => rule.folder).filter((other) => other !== folder);
    const from = folder.endsWith('/*')
      ? { path: `^(${folder.slice(0, -1)}[^/]+)/`, pathNot: siblings.map((other) => `^${other}/`) }
      : { path: `^(${folder})/`, pathNot: [] };
    const allowed = ['^$1/', ...mayImport.map((other) => `^${other}/`)];
    const list = mayImport.length > 0 ? `only ${mayImport.join(', ')}` : 'no other package';
    const comment = `${folder} may import ${list}. Move the code to one of these, or send a request or an event instead`;
    return [
      {
        name: `packages: ${folder}`,
        severity: 'error',
        comment,
        from: { path: from.path, pathNot: [...from.pathNot, testCode] },
        to: { path: anyPackage, pathNot: allowed },
      },
      {
        name: `packages: tests of ${folder}`,
        severity: 'error',
        comment: `${comment}. Tests may also import deploy/dev, and testing/ folders and process.ts of other packages`,
        from: { path: `${from.path}.*${testCode}`, pathNot: from.pathNot },
        to: { path: anyPackage, pathNot: [...allowed, '^deploy/dev/', '/src/process\\.ts$', testCode] },
      },
    ];
  },
);
