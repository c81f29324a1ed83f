// app.getPath: the user's folders as Electron finds them on Linux (XDG's) and macOS.
import { readFileSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

type PathName = Parameters<Electron.App['getPath']>[0];

const home = () => process.env.HOME ?? homedir();

const configHome = () =>
  process.platform === 'darwin'
    ? join(home(), 'Library', 'Application Support')
    : (process.env.XDG_CONFIG_HOME ?? join(home(), '.config'));

const XDG = {
  desktop: ['XDG_DESKTOP_DIR', 'Desktop'],
  documents: ['XDG_DOCUMENTS_DIR', 'Documents'],
  downloads: ['XDG_DOWNLOAD_DIR', 'Downloads'],
  music: ['XDG_MUSIC_DIR', 'Music'],
  pictures: ['XDG_PICTURES_DIR', 'Pictures'],
  videos: ['XDG_VIDEOS_DIR', 'Videos'],
} as const satisfies Partial<Record<PathName, [string, string]>>;

/** A folder as user-dirs.dirs names it: `XDG_DOWNLOAD_DIR="$HOME/Downloads"`. */
function xdgFolder(name: keyof typeof XDG): string {
  const [variable, folder] = XDG[name];
  let lines: string;
  try {
    lines = readFileSync(join(configHome(), 'user-dirs.dirs'), 'utf8');
  } catch {
    // Most machines without a desktop have no such file.
    return join(home(), folder);
  }
  const named = new RegExp(`^\\s*${variable}="(.*)"`, 'm').exec(lines)?.[1];
  return named === undefined ? join(home(), folder) : named.replace(/^\$HOME(?=\/|$)/, home());
}

export class Paths {
  readonly #set = new Map<PathName, string>();
  readonly #appName: () => string;

  constructor(appName: () => string) {
    this.#appName = appName;
  }

  get(name: PathName): string {
    const path = this.#set.get(name) ?? this.#default(name);
    if (name === 'logs') mkdirSync(path, { recursive: true });
    return path;
  }

  set(name: PathName, path: string): void {
    if (!isAbsolute(path)) throw new Error('Path must be absolute');
    this.#default(name);
    this.#set.set(name, path);
  }

  #default(name: PathName): string {
    switch (name) {
      case 'home':
        return home();
      case 'appData':
        return configHome();
      case 'userData':
        return join(this.get('appData'), this.#appName());
      case 'sessionData':
        return this.get('userData');
      case 'temp':
        return tmpdir();
      case 'exe':
      case 'module':
        return process.execPath;
      case 'logs':
        return join(this.get('userData'), 'logs');
      case 'crashDumps':
        return join(this.get('userData'), 'Crashpad');
      case 'assets':
        return import.meta.dirname;
      case 'recent': // Windows has it only.
      default:
        throw new Error(`Failed to get '${String(name)}' path`);
      case 'desktop':
      case 'documents':
      case 'downloads':
      case 'music':
      case 'pictures':
      case 'videos':
        return xdgFolder(name);
    }
  }
}
