import { LaunchError } from '../../launch-error.ts';
import { installPackages } from './apt-packages.ts';
import { findBinary } from './find-binary.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The path of a Chromium for the end-to-end tests; installs Debian's package when there is none. */
export async function ensureChromium(path: string, report: (line: string) => void): Promise<string> {
  const find = () =>
    names.map((name) => findBinary(name, path, ['/usr/bin'])).find((file) => file !== undefined);
  const installed = find();
  if (installed !== undefined) return installed;
  await installPackages(['chromium', 'fonts-dejavu-core'], report);
  const file = find();
  if (file !== undefined) return file;
  throw new LaunchError('missing-binary', 'No Chromium on this machine.', {
    wayOut: 'Install one (Debian: apt-get install chromium) and start again.',
  });
}
