import type { Page } from '@playwright/test';
import type { Person } from './person.ts';

/** The tab that a person with devices of the kind `tab` shares. */
export const SLIDES = 'Slides to share';

/** Opens a tab in which something of this hue moves. */
export async function openSlides(person: Person, hue: number): Promise<Page> {
  const page = await person.context.newPage();
  await page.setContent(`<title>${SLIDES}</title>`);
  await page.evaluate((degrees) => {
    const square = Object.assign(document.createElement('div'), { textContent: 'Quarterly figures' });
    Object.assign(document.body.style, { background: `hsl(${degrees} 80% 45%)` });
    Object.assign(square.style, { width: '200px', height: '200px', background: 'white' });
    document.body.append(square);
    square.animate([{ transform: 'none' }, { transform: 'translate(600px, 200px)' }], { duration: 2000, iterations: Infinity });
  }, hue);
  return page;
}
