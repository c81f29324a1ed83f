// Chromium's own profile is temporary, and so is what a killed host left behind: the app's data is never in it.
import { chownSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'chromium-host-';

/** Whom Chromium runs as when the host is root: as root it would want its sandbox off. */
const NOBODY = 65534;

export const droppedUser = process.getuid?.() === 0 ? NOBODY : undefined;

/** Makes a profile that only Chromium's user may enter, with what it needs to reach the display. */
export function makeProfile(): string {
  const profile = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  if (droppedUser === undefined) return profile;
  if (process.env.XAUTHORITY) {
    const cookie = join(profile, '.Xauthority');
    copyFileSync(process.env.XAUTHORITY, cookie);
    chownSync(cookie, droppedUser, droppedUser);
  }
  chownSync(profile, droppedUser, droppedUser);
  return profile;
}

export function removeProfile(profile: string): void {
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
}

/** Removes the profiles of hosts that were killed. */
export function sweepProfiles(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      removeProfile(join(tmpdir(), name));
    } catch (error) {
      // Another user's, or still being removed by another host.
      console.error(`Chromium host: left ${name} behind: ${String(error)}`);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
