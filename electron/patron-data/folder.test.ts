import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { elsewhere, followed, type Surroundings } from './folder.ts';

const on = (platform: NodeJS.Platform, more: Partial<Surroundings> = {}): Surroundings => ({
  platform,
  environment: {},
  mounts: () => '',
  ...more,
});

describe('folders of this computer only are not named', () => {
  test.each([
    ['linux', '/home/eva/Downloads'],
    ['linux', '/home/eva/Dropboxes of mine/x'],
    ['linux', '/srv/box/Downloads'],
    ['darwin', '/Users/eva/Downloads'],
    ['win32', 'C:\\Users\\eva\\Downloads'],
    ['win32', '\\\\?\\C:\\Users\\eva\\Downloads'],
    ['win32', 'D:\\OneDriver\\Downloads'],
  ] as const)('%s %s', (platform, folder) => {
    expect(elsewhere(folder, on(platform))).toBeUndefined();
  });
});

describe('folders of a cloud service are named', () => {
  test.each([
    ['win32', 'C:\\Users\\eva\\OneDrive\\Downloads', 'OneDrive'],
    ['win32', 'C:\\Users\\eva\\OneDrive - Norrby kommun\\Hämtade filer', 'OneDrive'],
    ['win32', 'C:\\Users\\eva\\Dropbox (Norrby)\\Downloads', 'Dropbox'],
    ['win32', 'G:\\My Drive\\Downloads', 'Google Drive'],
    ['win32', 'G:\\Min enhet\\Filer', 'Google Drive'],
    ['win32', 'G:\\Delade enheter\\Norrby', 'Google Drive'],
    ['win32', 'C:\\Users\\eva\\iCloudDrive\\Downloads', 'iCloud Drive'],
    ['darwin', '/Users/eva/Library/Mobile Documents/com~apple~CloudDocs/Downloads', 'iCloud Drive'],
    ['darwin', '/Users/eva/Library/CloudStorage/OneDrive-Norrby/Downloads', 'OneDrive'],
    ['darwin', '/Users/eva/Library/CloudStorage/Egnyte-norrby/Downloads', 'Egnyte'],
    ['darwin', '/Users/eva/Library/CloudStorage/GoogleDrive-eva@example.org/My Drive', 'Google Drive'],
    ['linux', '/home/eva/Dropbox/Downloads', 'Dropbox'],
    ['linux', '/home/eva/Nextcloud/Downloads', 'Nextcloud'],
  ] as const)('%s %s', (platform, folder, service) => {
    expect(elsewhere(folder, on(platform))).toEqual({ kind: 'cloud', service });
  });

  test('OneDrive wherever Windows says that it is', () => {
    const environment = { OneDriveCommercial: 'D:\\Work' };
    expect(elsewhere('d:\\work\\Downloads', on('win32', { environment }))).toEqual({
      kind: 'cloud',
      service: 'OneDrive',
    });
    expect(elsewhere('D:\\Workshop\\Downloads', on('win32', { environment }))).toBeUndefined();
  });
});

describe('folders on another computer or volume are named', () => {
  test.each([
    ['\\\\fs01.norrby.example\\home$\\eva\\Downloads', 'fs01.norrby.example'],
    ['\\\\?\\UNC\\fs01\\home\\eva\\Downloads', 'fs01'],
  ])('a redirected folder: %s', (folder, service) => {
    expect(elsewhere(folder, on('win32'))).toEqual({ kind: 'network', service });
  });

  test('a mount of a server on Linux, and the one that holds the folder counts', () => {
    const mounts = () =>
      [
        '/dev/sda1 / ext4 rw 0 0',
        'fs01:/home /home nfs4 rw 0 0',
        '//fs02/my\\040share /mnt/a\\040share cifs rw 0 0',
        '/dev/sdb1 /home/eva/Local ext4 rw 0 0',
      ].join('\n');
    const at = (folder: string) => elsewhere(folder, on('linux', { mounts }));
    expect(at('/home/eva/Downloads')).toEqual({ kind: 'network', service: 'fs01:/home' });
    expect(at('/mnt/a share/x')).toEqual({ kind: 'network', service: '//fs02/my share' });
    expect(at('/home/eva/Local/Downloads')).toBeUndefined();
    expect(at('/homes/eva')).toBeUndefined();
    const diskless = on('linux', { mounts: () => 'fs01:/root / nfs4 rw 0 0' });
    expect(elsewhere('/home/eva', diskless)).toEqual({ kind: 'network', service: 'fs01:/root' });
  });

  const ofType = (type: string) => {
    const mounts = () => `/dev/sda1 / ext4 rw 0 0\nsource /mnt/x ${type} rw 0 0`;
    return elsewhere('/mnt/x/y', on('linux', { mounts }));
  };
  test.each([
    ...['smb3', 'autofs', 'lustre', 'beegfs', 'virtiofs', 'fuse', 'fuse.sshfs', 'fuse.seadrive', 'fuse.ceph'],
    ...['fuse.juicefs', 'fuse.gcsfuse', 'fuse.curlftpfs', 'fuse.mount.davfs', 'fuse.glusterfs'],
  ])('a mount of %s is', (type) => {
    expect(ofType(type)).toEqual({ kind: 'network', service: 'source' });
  });
  test.each(['btrfs', 'fuseblk', 'fuse.gocryptfs', 'fuse.mergerfs'])('a mount of %s is not', (type) => {
    expect(ofType(type)).toBeUndefined();
  });

  test('another volume on macOS', () => {
    expect(elsewhere('/Volumes/Shared/Downloads', on('darwin'))).toEqual({
      kind: 'volume',
      service: 'Shared',
    });
  });
});

test('a folder that is yet to be made is where the link above it leads', async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'circdesk-folder-')));
  const share = join(root, 'Nextcloud');
  mkdirSync(share);
  symlinkSync(share, join(root, 'out'), 'junction');
  const folder = await followed(join(root, 'out', 'patrons', 'files'), realpath);
  expect(folder).toBe(join(share, 'patrons', 'files'));
  expect(elsewhere(folder, on(process.platform))).toEqual({ kind: 'cloud', service: 'Nextcloud' });
  expect(await followed(join(root, 'mine'), realpath)).toBe(join(root, 'mine'));
  rmSync(root, { recursive: true });
});

test('a server’s share on Windows is one with slashes of either kind', () => {
  for (const folder of ['//fs01/staff/out', '\\\\fs01/staff/out', '//?/UNC/fs01/staff/out'])
    expect(elsewhere(folder, on('win32'))).toEqual({ kind: 'network', service: 'fs01' });
});
