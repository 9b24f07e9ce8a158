import { from, type ProcessDescriptor } from '@gavel/proto/process';

export const archiverProcess = {
  name: 'archiver',
  kind: 'bridge',
  summary: 'copies the streams into an archive, before retention removes their messages',
  entry: 'consumers/archiver/src/main.ts',
  port: 4032,
  environment: {
    STREAM_URL: from.stream,
    ARCHIVE_LOCATION: from.directory('archive'),
    NODE_OPTIONS: '--max-semi-space-size=8',
  },
  settings: ['ARCHIVE_SEGMENT_SECONDS', 'ARCHIVE_SEGMENT_MESSAGES', 'ARCHIVE_SEGMENT_BYTES'],
  startsAfter: ['relay-auth', 'relay-bids'],
} as const satisfies ProcessDescriptor;
