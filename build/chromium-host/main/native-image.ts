// nativeImage: PNG files and screenshots, as they are; nothing is decoded, scaled or converted.
import { readFileSync } from 'node:fs';
import { emulation } from '../not-emulated.ts';

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

export class NativeImageHost
  extends emulation('nativeImage')
  implements Pick<Electron.NativeImage, 'isEmpty' | 'toPNG' | 'getSize' | 'getAspectRatio' | 'toDataURL'>
{
  readonly #png: Buffer;

  private constructor(png: Buffer) {
    super();
    this.#png = png;
  }

  static createEmpty(): NativeImageHost {
    return new NativeImageHost(Buffer.alloc(0));
  }
  static createFromPath(path: string): NativeImageHost {
    return NativeImageHost.fromPng(readFileSync(path));
  }
  static createFromBuffer(buffer: Buffer): NativeImageHost {
    return NativeImageHost.fromPng(buffer);
  }
  /** Empty, as Electron's, for what isn't an image. */
  static fromPng(png: Buffer): NativeImageHost {
    return png.subarray(0, 8).equals(PNG_SIGNATURE)
      ? new NativeImageHost(png)
      : NativeImageHost.createEmpty();
  }

  isEmpty(): boolean {
    return this.#png.length === 0;
  }
  toPNG(): Buffer {
    return Buffer.from(this.#png);
  }
  getSize(): Electron.Size {
    if (this.isEmpty()) return { width: 0, height: 0 };
    return { width: this.#png.readUInt32BE(16), height: this.#png.readUInt32BE(20) };
  }
  getAspectRatio(): number {
    const { width, height } = this.getSize();
    return height === 0 ? 1 : width / height;
  }
  toDataURL(): string {
    return `data:image/png;base64,${this.#png.toString('base64')}`;
  }
}
