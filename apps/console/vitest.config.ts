import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    css: false,
    isolate: false,
    // Cloudscape's modules import stylesheets, which only Vite can read
    server: { deps: { inline: [/@cloudscape-design/] } },
  },
});
