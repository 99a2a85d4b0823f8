// Tests are TypeScript as it is (Node 24 strips types); one process per file, so files stay isolated.
export default {
  files: ['tests/**/*.test.ts'],
  extensions: { ts: 'module' },
  timeout: '180s',
  workerThreads: false,
}
