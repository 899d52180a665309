import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/**
 * The engineer's phone. Everything that the pages need is in the precache, so that the app opens in a cellar; the API and the live connection
 * never come from a cache. A new version waits for the person (`prompt`): a reload by itself would take a half-written form away.
 */
export default defineConfig({
  base: '/m/',
  plugins: [
    vue(),
    VitePWA({
      registerType: 'prompt', injectRegister: null, base: '/m/', scope: '/m/',
      includeAssets: ['icon.svg', 'icon-180.png'],
      manifest: {
        id: '/m/', name: '融呼 · 现场', short_name: '融呼现场', description: '维修员与网格员的工单、签到、回填与签名，断网照常使用', lang: 'zh-CN', start_url: '/m/', scope: '/m/', display: 'standalone', orientation: 'any',
        background_color: '#f5f6f8', theme_color: '#0e6f83',
        icons: [
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' }, { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' }, { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
      workbox: { globPatterns: ['**/*.{js,css,html,svg,woff2}'], navigateFallback: '/m/index.html', navigateFallbackDenylist: [/^\/m\/(api|live)\//], cleanupOutdatedCaches: true, clientsClaim: true, skipWaiting: false, sourcemap: false },
    }),
  ],
  build: { target: 'es2020', sourcemap: false, chunkSizeWarningLimit: 400 },
  server: { port: 26001 },
});
