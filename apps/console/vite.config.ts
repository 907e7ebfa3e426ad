import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { bulkheadTheme } from './theme.ts';

export default defineConfig({
  plugins: [react(), bulkheadTheme()],
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      treeshake: {
        // contract, kernel and typebox only define things; what no page uses is left out
        moduleSideEffects: [{ test: /\/packages\/|\/node_modules\/typebox\//, sideEffects: false }],
        // the compiled schemas of vehicle messages would try `new Function`, which the content security policy refuses
        manualPureFunctions: ['Compile'],
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
