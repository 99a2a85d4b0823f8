// Builds the page into static files that the gateway serves; no code of it runs on a server.

import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [preact()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 900 },
  server: { proxy: { '/v1': { target: 'http://127.0.0.1:8000', ws: true } } },
})
