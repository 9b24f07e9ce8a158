/** A room of the project and the rooms whose code it may import: the arrows of the design, one line each. */
export interface Room {
  /** Folder, or a folder's parent with `/*` for each of its folders. */
  readonly folder: string;
  readonly mayImport: readonly string[];
}

const foundation = ['proto', 'observability', 'services/resilience'];
const servicesFoundation = [...foundation, 'services/runtime', 'services/postgres'];

/** The first room whose folder matches is a file's room. deploy is absent: it puts everything together. */
const rooms: readonly Room[] = [
  { folder: 'proto', mayImport: [] },
  { folder: 'observability', mayImport: ['proto'] },
  { folder: 'services/resilience', mayImport: ['observability'] },
  { folder: 'services/runtime', mayImport: [...foundation, 'services/postgres'] },
  { folder: 'services/postgres', mayImport: foundation },
  { folder: 'services/rabbitmq', mayImport: [...foundation, 'services/runtime'] },
  { folder: 'services/outbox', mayImport: [...servicesFoundation, 'services/rabbitmq'] },
  { folder: 'services/*', mayImport: [...servicesFoundation, 'services/outbox'] },
  { folder: 'consumers/runtime', mayImport: [...servicesFoundation, 'services/rabbitmq'] },
  // The command line works with everything that publishes and consumes: outboxes, and the handlers of every group.
  {
    folder: 'consumers/cli',
    mayImport: [
      ...servicesFoundation,
      'services/outbox',
      'services/rabbitmq',
      'consumers/runtime',
      'consumers/leaderboard',
      'consumers/user-stats',
      'consumers/notifications',
      'consumers/nats-bridge',
    ],
  },
  {
    folder: 'consumers/nats-bridge',
    mayImport: [...servicesFoundation, 'services/rabbitmq', 'consumers/runtime'],
  },
  { folder: 'consumers/*', mayImport: [...servicesFoundation, 'consumers/runtime'] },
  { folder: 'bff', mayImport: [...foundation, 'services/rabbitmq'] },
];

/** The folder of the room that a file is in: `services/bids` for `services/bids/src/main.ts`. */
export function roomOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return ['services', 'consumers', 'deploy'].includes(top) ? `${top}/${second}` : top;
}

/** The rule for a room; undefined for a room that may import anything. */
export function ruleFor(folder: string): Room | undefined {
  return rooms.find((room) => room.folder === folder || room.folder === `${folder.split('/')[0]}/*`);
}
