import { installPackages } from '../infrastructure/install/apt-packages.ts';
import { findBinary } from '../infrastructure/install/find-binary.ts';
import { LaunchError } from '../launch-error.ts';

export interface MonitoringBinaries {
  readonly prometheus: string;
  readonly alertmanager: string;
}

const packages = { prometheus: 'prometheus', alertmanager: 'prometheus-alertmanager' };

/**
 * The programs of Prometheus and Alertmanager in `path`. Installs Debian's packages when one is missing, and starts no service. They are not
 * unpacked into a private folder, as NATS is, because Debian's Alertmanager reads a template from /usr/share.
 */
export async function ensureMonitoringBinaries(
  path: string,
  report: (line: string) => void,
): Promise<MonitoringBinaries> {
  const find = () => ({
    prometheus: findBinary('prometheus', path),
    alertmanager: findBinary('prometheus-alertmanager', path) ?? findBinary('alertmanager', path),
  });
  const before = find();
  const missing = [
    ...(before.prometheus === undefined ? [packages.prometheus] : []),
    ...(before.alertmanager === undefined ? [packages.alertmanager] : []),
  ];
  if (missing.length > 0) await installPackages(missing, report);
  const { prometheus, alertmanager } = find();
  if (prometheus !== undefined && alertmanager !== undefined) return { prometheus, alertmanager };
  throw new LaunchError('missing-binary', 'Prometheus or Alertmanager is not installed.', {
    wayOut: `Install both (Debian: apt-get install ${Object.values(packages).join(' ')}), or start without OBSERVE=1.`,
  });
}
