import { join } from 'node:path';

/** What to start; `CONFAB_CHROMIUM` names another browser than Debian's. */
export const CHROMIUM = join(import.meta.dirname, 'chromium.sh');
