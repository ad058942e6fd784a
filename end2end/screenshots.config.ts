import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

/** By hand: `make screens`. Pictures of every state to look at, in target/screens, and docs/call.png. */
export default defineConfig({ ...base, testDir: '.', testMatch: 'screenshots.ts', timeout: 480_000 });
