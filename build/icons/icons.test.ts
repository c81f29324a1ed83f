import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { icns, ico } from './containers.ts';

const resources = join(import.meta.dirname, '..', 'resources');
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const pngSize = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];

describe("the app's icons", () => {
  it('Windows: each entry leads to a PNG of its size', () => {
    const file = readFileSync(join(resources, 'icon.ico'));
    const sizes = Array.from({ length: file.readUInt16LE(4) }, (_, at) => {
      const entry = 6 + 16 * at;
      const png = file.subarray(
        file.readUInt32LE(entry + 12),
        file.readUInt32LE(entry + 12) + file.readUInt32LE(entry + 8),
      );
      expect(png.subarray(0, 4)).toEqual(PNG);
      expect(pngSize(png)[0]).toBe(file.readUInt8(entry) || 256);
      return pngSize(png)[0];
    });
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
  });

  it('macOS: the lengths add up, and 1024 px is there', () => {
    const file = readFileSync(join(resources, 'icon.icns'));
    expect(file.subarray(0, 4).toString('latin1')).toBe('icns');
    expect(file.readUInt32BE(4)).toBe(file.length);
    const found: Record<string, number | undefined> = {};
    for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4))
      found[file.subarray(at, at + 4).toString('latin1')] = pngSize(file.subarray(at + 8))[0];
    expect(found).toMatchObject({ icp4: 16, ic07: 128, ic09: 512, ic10: 1024 });
  });

  it('Linux: a file for each size', () => {
    for (const size of [16, 32, 48, 64, 128, 256, 512])
      expect(pngSize(readFileSync(join(resources, 'icons', `${size}x${size}.png`)))).toEqual([size, size]);
  });

  it('a container of nothing is a header', () => {
    expect(ico([]).length).toBe(6);
    expect(icns([]).length).toBe(8);
  });
});
