// SQLite's write-ahead log as bytes: https://www.sqlite.org/fileformat2.html#the_write_ahead_log. SQLite takes it to end
// at the first frame whose sum is wrong, and drops in silence what was pressed onto the disk beyond.

const HEADER = 32;
const FRAME_HEADER = 24;
const PAGE = 4096;
const FRAME = FRAME_HEADER + PAGE;
/** Of a log whose sums are over words with their lowest byte first. */
const MAGIC = 0x377f0682;
const FORMAT = 3_007_000;

type Sum = readonly [number, number];

function summed([a, b]: Sum, bytes: Buffer): Sum {
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + b + bytes.readUInt32LE(at)) >>> 0;
    b = (b + a + bytes.readUInt32LE(at + 4)) >>> 0;
  }
  return [a, b];
}

const headerSum = (header: Buffer): Sum => summed([0, 0], header.subarray(0, 24));
/** It goes on from the one of the frame before. */
const frameSum = (before: Sum, frame: Buffer): Sum =>
  summed(summed(before, frame.subarray(0, 8)), frame.subarray(FRAME_HEADER));

const sumIn = (bytes: Buffer, at: number): Sum => [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
const isSame = (one: Sum, other: Sum) => one[0] === other[0] && one[1] === other[1];
function write([a, b]: Sum, bytes: Buffer, at: number): void {
  bytes.writeUInt32BE(a, at);
  bytes.writeUInt32BE(b, at + 4);
}

const pageOf = (frame: Buffer) => frame.readUInt32BE(0);
/** How many pages the file has after the transaction that ends here; 0 within one. */
const pagesAfter = (frame: Buffer) => frame.readUInt32BE(4);
/** Frames of a former log, over which this one is written, have others. */
const saltsOf = (frame: Buffer) => frame.subarray(8, 16);

/** Copies of a damaged log that SQLite reads to their end: each damaged page as it was before, or as it is. */
export interface ReadableLogs {
  asBefore: Buffer;
  asIs: Buffer;
}

/** Undefined where the log is whole, or only its last transaction isn't, which a power cut may have torn. */
export function readableToItsEnd(log: Buffer): ReadableLogs | undefined {
  const frames: Buffer[] = [];
  for (let at = HEADER; at + FRAME <= log.length; at += FRAME) frames.push(log.subarray(at, at + FRAME));
  const [first] = frames;
  if (!first) return undefined;

  const isHeaderWhole = log.readUInt32BE(0) === MAGIC && isSame(headerSum(log), sumIn(log, 24));
  const neighbours = frames.find(
    (frame, n) => n > 0 && saltsOf(frames[n - 1] ?? frame).equals(saltsOf(frame)),
  );
  const salts = isHeaderWhole ? log.subarray(16, 24) : saltsOf(neighbours ?? first);
  const isOwn = (frame: Buffer) => saltsOf(frame).equals(salts);

  let sum = headerSum(log);
  const isWhole = (frame: Buffer) => isOwn(frame) && isSame((sum = frameSum(sum, frame)), sumIn(frame, 16));
  const broken = isHeaderWhole ? frames.findIndex((frame) => !isWhole(frame)) : 0;
  if (broken < 0) return undefined;
  const ends = frames.filter((frame, n) => n >= broken && isOwn(frame) && pagesAfter(frame) > 0);
  const last = ends.at(-1);
  // The header is on the disk before any frame, and each transaction before the next.
  if (!last || (isHeaderWhole && ends.length === 1)) return undefined;

  const own = frames.slice(0, frames.indexOf(last) + 1);
  const isPage = (frame: Buffer) => pageOf(frame) > 0 && pageOf(frame) <= pagesAfter(last);
  const isDamaged = (frame: Buffer, n: number) => {
    const before = n === 0 ? sumIn(log, 24) : sumIn(frames[n - 1] ?? frame, 16);
    return !isSame(frameSum(before, frame), sumIn(frame, 16));
  };
  const asBefore = own.filter((frame, n) => isPage(frame) && !isDamaged(frame, n));
  // All tables are found by the first page: never as it is.
  const asIs = own.filter((frame, n) => isPage(frame) && !(pageOf(frame) === 1 && isDamaged(frame, n)));
  const pages = pagesAfter(last);
  return { asBefore: logOf(asBefore, salts, pages), asIs: logOf(asIs, salts, pages) };
}

function logOf(frames: readonly Buffer[], salts: Buffer, pages: number): Buffer {
  const header = Buffer.alloc(HEADER);
  [MAGIC, FORMAT, PAGE].forEach((word, n) => header.writeUInt32BE(word, n * 4));
  salts.copy(header, 16);
  let sum = headerSum(header);
  write(sum, header, 24);
  const copies = frames.map((frame) => {
    const copy = Buffer.from(frame);
    // Each a transaction of its own: the frame that ended one may be left out.
    copy.writeUInt32BE(pages, 4);
    salts.copy(copy, 8);
    sum = frameSum(sum, copy);
    write(sum, copy, 16);
    return copy;
  });
  return Buffer.concat([header, ...copies]);
}
