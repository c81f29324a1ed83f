// npm run build: bundles main, preload and the pages into out/.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import vueI18n from '@intlify/unplugin-vue-i18n/vite';
import vue from '@vitejs/plugin-vue';
import { build, type InlineConfig, type Plugin } from 'vite';
import { requests, WINDOW_KINDS } from '../shared/ipc/contract.ts';
import { writePseudoLanguages } from './pseudo-languages.ts';
import { LICENCES, writeShipped } from './shipped.ts';

const root = join(import.meta.dirname, '..');
const out = join(root, 'out');

const requestNames = Object.fromEntries(
  WINDOW_KINDS.map((kind) => [
    kind,
    Object.entries(requests)
      .filter(([, request]) => (request.windows as readonly string[]).includes(kind))
      .map(([name]) => name),
  ]),
);

const common = { configFile: false, logLevel: 'warn' } satisfies InlineConfig;

/** Main and preload run in Node and Electron: nothing is left to be found in node_modules but what is native. */
const nodeBundle = (entry: string, folder: string, format: 'es' | 'cjs', file: string): InlineConfig => ({
  ...common,
  root,
  define: { REQUEST_NAMES: JSON.stringify(requestNames) },
  ssr: { noExternal: true },
  // Its build for browsers has the adapter that we use; the other brings two dozen packages for one that we don't.
  resolve: { alias: [{ find: /^axios$/, replacement: join(root, 'node_modules/axios/dist/esm/axios.js') }] },
  build: {
    ssr: entry,
    target: 'node24',
    outDir: join(out, folder),
    emptyOutDir: true,
    license: { fileName: LICENCES },
    rolldownOptions: {
      external: ['electron', 'better-sqlite3', /^node:/],
      output: { format, entryFileNames: file, codeSplitting: false },
    },
  },
});

/** Fonts come in an older format too, as a second choice that Chromium never makes. */
const withoutOlderFonts: Plugin = {
  name: 'without older fonts',
  generateBundle(_options, files) {
    for (const name of Object.keys(files)) if (name.endsWith('.woff')) Reflect.deleteProperty(files, name);
  },
};

const pages: InlineConfig = {
  ...common,
  root: join(root, 'renderer'),
  base: '/',
  plugins: [
    withoutOlderFonts,
    vue(),
    vueI18n({
      include: [join(root, 'renderer', 'messages', '**', '*.json')],
      runtimeOnly: true,
      fullInstall: false,
    }),
  ],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    target: 'chrome140',
    outDir: join(out, 'renderer'),
    emptyOutDir: true,
    license: { fileName: LICENCES },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: [
        ...WINDOW_KINDS.map((kind) => join(root, 'renderer', kind, 'index.html')),
        join(root, 'renderer', 'print', 'patron-data.css'),
      ],
      output: {
        // Main names the style of what it prints.
        assetFileNames: ({ names }) =>
          names.includes('patron-data.css') ? 'print/[name][extname]' : 'assets/[name]-[hash][extname]',
      },
    },
  },
};

/** Builds everything anew; takes seconds, so nothing decides whether it is needed. */
export async function bundle(): Promise<void> {
  // Vite leaves it as a shell or a test runner set it, and would take in Vue's development build.
  process.env['NODE_ENV'] = 'production';
  await rm(out, { recursive: true, force: true });
  await writePseudoLanguages(join(root, 'renderer', 'messages'));
  await Promise.all([
    build(nodeBundle('electron/main.ts', 'main', 'es', 'main.js')),
    build(nodeBundle('electron/cache/worker.ts', 'worker', 'es', 'worker.js')),
    build(nodeBundle('electron/preload.ts', 'preload', 'cjs', 'preload.cjs')),
    build(pages),
  ]);
  writeShipped();
}

if (import.meta.main) await bundle();
