// The two files that hold an icon in several sizes, Windows' ICO and Apple's ICNS. Both take PNG as it is: what is left
// is a header, for which the converters to be had bring native code or downloads.

export interface Picture {
  size: number;
  png: Buffer;
}

/** Windows: a directory of entries, then their pictures. 256 is written as 0. */
export function ico(pictures: readonly Picture[]): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [at, { size, png }] of pictures.entries()) {
    const entry = 6 + 16 * at;
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
}

/** Apple's name for each size; some sizes have a second one, for screens of twice the density. */
const APPLE: Record<number, readonly string[]> = {
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

export function icns(pictures: readonly Picture[]): Buffer {
  const entries = pictures.flatMap(({ size, png }) =>
    (APPLE[size] ?? []).map((type) =>
      Buffer.concat([Buffer.from(type, 'latin1'), length(png.length + 8), png]),
    ),
  );
  const all = Buffer.concat(entries);
  return Buffer.concat([Buffer.from('icns', 'latin1'), length(all.length + 8), all]);
}

function length(bytes: number): Buffer {
  const written = Buffer.alloc(4);
  written.writeUInt32BE(bytes);
  return written;
}
