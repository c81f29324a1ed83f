// npm run icons: makes the app's icons for every system out of build/resources/icon.svg. The results are committed, since
// installers are built from them; a change of the drawing wants a new run.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ensureChromium } from './ensure-chromium.ts';
import { icns, ico } from './icons/containers.ts';

const resources = join(import.meta.dirname, 'resources');
const SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const;

const drawing = await readFile(join(resources, 'icon.svg'), 'utf8');
const browser = await chromium.launch({
  executablePath: await ensureChromium(console.log),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const page = await browser.newPage();

/** The drawing as a PNG of so many pixels each way, on nothing. */
async function draw(size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawing}`,
  );
  return page.screenshot({ omitBackground: true });
}

const pictures = new Map<number, Buffer>();
for (const size of SIZES) pictures.set(size, await draw(size));
await browser.close();

const pick = (...sizes: number[]) =>
  sizes.flatMap((size) => {
    const png = pictures.get(size);
    return png ? [{ size, png }] : [];
  });
await mkdir(join(resources, 'icons'), { recursive: true });
// Linux looks for each size by its name; electron-builder takes them from this folder.
for (const { size, png } of pick(16, 32, 48, 64, 128, 256, 512))
  await writeFile(join(resources, 'icons', `${size}x${size}.png`), png);
await writeFile(join(resources, 'icon.ico'), ico(pick(16, 24, 32, 48, 64, 128, 256)));
await writeFile(join(resources, 'icon.icns'), icns(pick(16, 32, 64, 128, 256, 512, 1024)));
console.log(`Icons of ${SIZES.join(', ')} px are in ${resources}.`);
