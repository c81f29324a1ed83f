// Lint: types, Vue, and the rule that holds the layers (docs/architecture.md).
import eslintConfigPrettier from 'eslint-config-prettier';
import pluginVue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

/** Forbids `layer` to import from the named top folders and packages. */
const forbid = (layer, folders, packages, why) => ({
  files: [`${layer}/**/*.{ts,vue}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [...folders.map((folder) => `**/${folder}/**`), ...packages],
            message: why,
          },
        ],
      },
    ],
  },
});

export default tseslint.config(
  {
    ignores: ['out/**', 'dist/**', 'node_modules/**', 'test-results/**', 'tour/**', 'gallery/**', '.data/**'],
  },
  ...tseslint.configs.strict,
  ...pluginVue.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue}'],
    languageOptions: {
      parserOptions: { parser: tseslint.parser, projectService: true, extraFileExtensions: ['.vue'] },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      eqeqeq: ['error', 'always'],
      'no-console': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name="sendSync"]',
          message: 'Synchronous IPC blocks the window.',
        },
        {
          selector: 'MemberExpression[property.name="openExternal"]',
          message: 'Nothing is opened outside the app but by electron/support/open-outside.ts.',
        },
      ],
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/no-static-inline-styles': 'error',
    },
  },
  {
    files: ['electron/support/open-outside.ts', 'tests/host/used-by-the-app.test.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  forbid(
    'shared',
    ['electron', 'renderer', 'server', 'build', 'tests'],
    ['electron', 'node:*', 'vue', 'axios'],
    'shared/ imports nothing of Node, Electron, the DOM or the layers above it.',
  ),
  forbid(
    'renderer',
    ['electron', 'server', 'build'],
    ['electron', 'node:*', 'axios', 'better-sqlite3'],
    'renderer/ talks to main through window.circdesk only.',
  ),
  forbid(
    'electron',
    ['renderer', 'server', 'build', 'tests'],
    ['vue', 'pinia'],
    'electron/ imports only electron/ and shared/.',
  ),
  forbid(
    'server',
    ['renderer', 'electron', 'build'],
    ['electron', 'vue', 'axios'],
    'server/ imports only server/ and shared/.',
  ),
  eslintConfigPrettier,
);
