import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

/** By hand: `npm run screenshots`. Pictures of every screen to look at, in test-results/screens, and docs/call.png. */
export default defineConfig({ ...base, testDir: '.', testMatch: 'screenshots.ts' });
