import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The portal is served by the server below /admin/; in development the API and the live connection are passed on to it. */
export default defineConfig({
  base: '/admin/',
  plugins: [vue()],
  define: { __VUE_I18N_FULL_INSTALL__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false, __VUE_OPTIONS_API__: true, __VUE_PROD_DEVTOOLS__: false },
  resolve: {
    alias: [
      { find: /^@ronghu\/contract$/, replacement: here('../packages/contract/src/index.ts') },
      { find: /^@ronghu\/ui$/, replacement: here('../packages/ui/src/index.ts') },
      { find: /^@ronghu\/ui\/core$/, replacement: here('../packages/ui/src/core.ts') },
      { find: /^@ronghu\/ui\/styles\//, replacement: `${here('../packages/ui/src/styles')}/` },
      { find: /^@\//, replacement: `${here('./src')}/` },
    ],
  },
  build: { target: 'chrome109', outDir: 'dist', emptyOutDir: true, chunkSizeWarningLimit: 1200, reportCompressedSize: false },
  server: { proxy: { '/admin/api': process.env.RONGHU_SERVER ?? 'http://127.0.0.1:7001', '/admin/live': { target: process.env.RONGHU_SERVER ?? 'http://127.0.0.1:7001', ws: true } } },
});
