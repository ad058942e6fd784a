import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'specs',
  // One test at a time, once: eight browsers share two cores, and a test that needs a second try is a defect.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  outputDir: 'test-results',
});
