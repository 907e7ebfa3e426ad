import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { bulkheadTheme } from './theme.ts';

const test = {
  environment: 'jsdom',
  include: ['src/**/*.test.{ts,tsx}'],
  server: { deps: { inline: [/@cloudscape-design/] } },
  css: false,
};

export default defineConfig({
  plugins: [react(), bulkheadTheme()],
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  ...{ test },
});
