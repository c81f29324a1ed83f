// A sandboxed preload's `process`, but for its functions.
import { electronVersion } from './application.ts';

export const rendererProcess = (additionalArguments: string[]): Record<string, unknown> => ({
  type: 'renderer',
  sandboxed: true,
  contextIsolated: true,
  isMainFrame: true,
  platform: process.platform,
  arch: process.arch,
  pid: process.pid,
  execPath: process.execPath,
  resourcesPath: process.resourcesPath,
  argv: [process.execPath, '--type=renderer', ...additionalArguments],
  env: { ...process.env },
  version: process.version,
  versions: { ...process.versions, electron: electronVersion },
});
