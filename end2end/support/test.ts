import { test as base, expect } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { People } from './people.ts';
import { Server } from './server.ts';

interface Fixtures {
  /** Flags for the server besides its address and its folder. */
  serverFlags: string[];
  folder: string;
  server: Server;
  people: People;
}

/** Each test has a server, a folder and people of its own. */
export const test = base.extend<Fixtures>({
  serverFlags: [[], { option: true }],

  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'confab-test-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },

  server: async ({ folder, serverFlags }, use) => {
    const server = await Server.start(join(folder, 'data'), serverFlags);
    await use(server);
    const { code, log, indiscretions } = await server.stop();
    expect.soft(code, `the server ended badly:\n${log}`).toBe(0);
    expect.soft(log.split('\n').filter((line) => /panicked|\bERROR\b/.test(line)), 'the server complained').toEqual([]);
    expect.soft(indiscretions, 'the server tells of people in its log').toEqual([]);
  },

  people: async ({ server, folder }, use) => {
    const people = new People(server, folder);
    await use(people);
    await people.goHome();
  },
});

export { expect };
