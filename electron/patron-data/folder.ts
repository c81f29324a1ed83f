// Whether a folder is of this computer only. What is saved into a folder that a service or a server has too leaves the
// computer: staff are told which, before anything is written.
import { basename, dirname, join, sep } from 'node:path';

/** Where the files would go to: `service` names a cloud service, a server's address or a volume. */
export interface Elsewhere {
  kind: 'cloud' | 'network' | 'volume';
  service: string;
}

/** What is known of a computer, handed in. */
export interface Surroundings {
  platform: NodeJS.Platform;
  environment: Record<string, string | undefined>;
  /** Linux' table of mounts, `/proc/self/mounts`; empty elsewhere. */
  mounts: () => string;
}

/** Names that folders of services have, by the service. */
const CLOUDS: readonly [name: RegExp, service: string][] = [
  [/^OneDrive( ?[-–] ?.+)?$/i, 'OneDrive'],
  [/^Dropbox( ?[-–(].+)?$/i, 'Dropbox'],
  [/^(Google ?Drive([- ].+)?|My Drive|Shared drives|Min enhet|Delade enheter)$/i, 'Google Drive'],
  [/^(iCloud ?Drive|Mobile Documents|com~apple~CloudDocs)$/i, 'iCloud Drive'],
  [/^Nextcloud\d?$/i, 'Nextcloud'],
  [/^ownCloud\d?$/i, 'ownCloud'],
  [/^(Box|Box Sync|Box-Box)$/, 'Box'],
  [/^(pCloud ?Drive|pCloudDrive)$/i, 'pCloud'],
  [/^MEGA(sync)?$/, 'MEGA'],
  [/^(Proton ?Drive.*)$/i, 'Proton Drive'],
  [/^SynologyDrive$/i, 'Synology Drive'],
];

/** Types of mounts behind which there's another computer; of a program's own (`fuse.…`), all that aren't known. */
const NETWORK_MOUNTS =
  /^(autofs|nfs\d?|cifs|smb\d?|smbfs|afs|ceph|glusterfs|lustre|beegfs|gpfs|davfs\d?|9p|virtiofs|ncpfs|vboxsf|fuse(\..+)?)$/;
const LOCAL_PROGRAMS =
  /^fuse\.(bindfs|cryfs|encfs|exfat(-fuse)?|fuse-overlayfs|fuse2fs|gocryptfs|mergerfs|ntfs(-3g)?|portal|securefs|unionfs(-fuse)?|veracrypt|zfs-fuse)$/;

/** The path with its symbolic links followed, as far as it is there: the rest is made when something is saved. */
export async function followed(folder: string, realpath: (path: string) => Promise<string>): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    const above = dirname(folder);
    return above === folder ? folder : join(await followed(above, realpath), basename(folder));
  }
}

/** `folder` is a whole path with its symbolic links followed. Undefined: on this computer, as far as can be told. */
export function elsewhere(folder: string, surroundings: Surroundings): Elsewhere | undefined {
  return uncServer(folder, surroundings) ?? cloud(folder, surroundings) ?? mounted(folder, surroundings);
}

/** `\\server\share`, on Windows; not `\\?\C:\`, a long path on this computer. */
function uncServer(folder: string, { platform }: Surroundings): Elsewhere | undefined {
  if (platform !== 'win32') return undefined;
  const path = folder.replaceAll('/', '\\');
  const [, server] = /^\\\\(?:\?\\UNC\\)?([^\\?.][^\\]*)\\/i.exec(path) ?? [];
  return server === undefined ? undefined : { kind: 'network', service: server };
}

function cloud(folder: string, { platform, environment }: Surroundings): Elsewhere | undefined {
  const within = (root: string) => {
    const [a, b] = platform === 'linux' ? [folder, root] : [folder.toLowerCase(), root.toLowerCase()];
    return a === b || a.startsWith(b.replace(/[\\/]$/, '') + (platform === 'win32' ? '\\' : '/'));
  };
  // Windows names OneDrive's folders to every program: OneDrive, OneDriveCommercial, OneDriveConsumer.
  const oneDrive = Object.entries(environment).some(
    ([name, root]) => /^OneDrive/i.test(name) && root && within(root),
  );
  if (oneDrive) return { kind: 'cloud', service: 'OneDrive' };
  const segments = folder.split(platform === 'win32' ? /[\\/]/ : sep);
  const found = CLOUDS.find(([name]) => segments.some((segment) => name.test(segment)));
  if (found) return { kind: 'cloud', service: found[1] };
  // macOS keeps what it syncs with any service in one place, a folder each: `Service-account`.
  const storage = platform === 'darwin' ? segments.indexOf('CloudStorage') : -1;
  const service = storage < 0 ? undefined : segments[storage + 1]?.split('-')[0];
  return service ? { kind: 'cloud', service } : undefined;
}

function mounted(folder: string, { platform, mounts }: Surroundings): Elsewhere | undefined {
  if (platform === 'darwin') {
    const [, volume] = /^\/Volumes\/([^/]+)/.exec(folder) ?? [];
    return volume === undefined ? undefined : { kind: 'volume', service: volume };
  }
  if (platform !== 'linux') return undefined;
  const unescaped = (text: string) =>
    text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  const holding = mounts()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([source = '', point = '', type = '']) => ({
      source: unescaped(source),
      point: unescaped(point),
      type,
    }))
    .filter(({ point }) => point === '/' || folder === point || folder.startsWith(`${point}/`))
    // The longest one holds the folder; of two at one place the later covers the earlier.
    .reduce((best, mount) => (mount.point.length >= best.point.length ? mount : best), {
      source: '',
      point: '',
      type: '',
    });
  const isElsewhere = NETWORK_MOUNTS.test(holding.type) && !LOCAL_PROGRAMS.test(holding.type);
  return isElsewhere ? { kind: 'network', service: holding.source } : undefined;
}
