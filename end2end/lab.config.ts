import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

/** `npm run test-lab`: bare connections with coturn in every pair of networks, which is what the lab itself is judged by. */
export default defineConfig({ ...base, testDir: 'lab' });
