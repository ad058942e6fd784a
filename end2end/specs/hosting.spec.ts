import { axeFindsNothing } from '../support/axe.ts';
import type { People } from '../support/people.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

const SEEN = 'The host sees that you are waiting. Keep this page open.';
const NOT_LET_IN = 'You were not let in. Ask whoever invited you, then press Join again.';
const NOT_OPEN = /This room is not open yet/;

/** Ann opens a meeting; the links for guests and for hosts. */
async function annHosts(people: People): Promise<{ ann: Person; guests: string; hosts: string }> {
  const ann = await people.invite('Ann');
  await ann.open('/');
  await ann.home.newMeeting.click();
  await ann.page.waitForURL(/#/);
  const hosts = ann.page.url();
  const guests = hosts.replace(/\.[a-z0-9]+$/, '');
  await ann.reacts();
  await ann.lobby.enter('Ann');
  await expect(ann.call.own.figure).toBeVisible();
  return { ann, guests, hosts };
}

function hasEnded(person: Person, heading: string): Promise<void> {
  return expect(person.page.getByRole('heading', { name: heading, exact: true })).toBeVisible();
}

async function knocks(person: Person, link: string): Promise<void> {
  await person.open(link);
  await person.lobby.enter(person.name);
  await expect(person.page.getByText(SEEN)).toBeVisible();
}

test('a host locks the room, lets in by name, mutes, removes; the removed have to knock', async ({ people }) => {
  const { ann, guests } = await annHosts(people);
  const ben = await people.invite('Ben');
  await ann.call.people.press('Lock room');
  await expect(ann.call.people.button('Unlock room')).toBeVisible();
  await ann.call.people.toggle.click();

  await knocks(ben, guests);
  await expect(ann.call.people.knock('Ben')).toBeVisible();
  await expect(ann.call.tiles).toHaveCount(1);
  await ann.call.people.answer('Admit Ben');
  await ben.seesAndHears(ann);
  await ann.seesAndHears(ben);
  await expect(ann.call.people.knock('Ben')).toHaveCount(0);

  await ann.call.people.press('Mute Ben');
  await expect(ben.page.getByText('Ann muted you. Unmute your microphone when you want to speak.')).toBeVisible();
  await ann.tile(ben).isSilent();
  await ann.tile(ben).saysMuted();
  await ben.call.unmute();
  await ann.tile(ben).isHeard();

  await ann.call.people.pressAndConfirm('Remove Ben', 'Yes, remove');
  await hasEnded(ben, 'You were removed');
  await ann.noLongerHas(ben);
  await expect(ann.page.getByText('Whoever you remove still has the link and can knock. A new meeting has a new link.')).toBeVisible();
  await ben.page.getByRole('button', { name: 'Rejoin', exact: true }).click();
  await expect(ben.page.getByText(SEEN)).toBeVisible();
  await ann.call.people.answer('Refuse Ben');
  await expect(ben.page.getByText(NOT_LET_IN)).toBeVisible();
  await expect(ben.lobby.join).toBeEnabled();
});

test('a lock and a host outlive reloads and a server that is killed', async ({ people, server }) => {
  const { ann, guests } = await annHosts(people);
  const ben = await people.invite('Ben');
  await ann.call.people.press('Lock room');
  await ann.reload();
  await expect(ann.call.own.figure).toBeVisible();
  await server.kill();
  ann.watch.expects(/WebSocket connection to .* failed|ERR_CONNECTION_REFUSED/);
  await server.startAgain();
  await expect(ann.call.serverLine).toBeHidden({ timeout: 30_000 });
  await knocks(ben, guests);
  await ann.call.people.open();
  await ann.call.people.answer('Admit Ben');
  await ben.sees(ann);
  await expect(ben.call.people.button('Lock room')).toHaveCount(0);
});

test('the host\u2019s link makes hosts, and this browser keeps it; the guests\u2019 link does not carry it', async ({ people }) => {
  const { ann, guests, hosts } = await annHosts(people);
  const ben = await people.invite('Ben');
  const cleo = await people.invite('Cleo');
  await ben.join(hosts);
  await cleo.join(guests);
  await ben.call.people.open();
  await cleo.call.people.open();
  await expect(ben.call.people.button('Lock room')).toBeVisible();
  await expect(cleo.call.people.button('Lock room')).toBeHidden();
  await expect(cleo.call.people.button('Copy host link')).toBeHidden();

  // Whoever was host here is host again, by whatever link they come.
  await ann.call.leave.click();
  await hasEnded(ann, 'You left');
  await ann.open('/');
  await ann.open(guests);
  await ann.lobby.enter('Ann');
  await ann.call.people.open();
  await expect(ann.call.people.button('Lock room')).toBeVisible();
  await ann.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await ann.call.people.press('Copy host link');
  await expect.poll(() => ann.page.evaluate(() => navigator.clipboard.readText())).toBe(hosts);
  await ann.call.button('Copy link').click();
  await expect.poll(() => ann.page.evaluate(() => navigator.clipboard.readText())).toBe(guests);
});

test('a host ends the call for everyone, and nobody but a host comes back in', async ({ people }) => {
  const { ann, guests } = await annHosts(people);
  const ben = await people.invite('Ben');
  await ben.join(guests);
  await ann.sees(ben);
  await ann.call.people.pressAndConfirm('End for everyone', 'Yes, end the call');
  for (const person of [ann, ben]) await hasEnded(person, 'The call has ended');
  await ben.page.getByRole('button', { name: 'Rejoin', exact: true }).click();
  await expect(ben.page.getByText('No host is here yet.')).toBeVisible();
  await ann.page.getByRole('button', { name: 'Rejoin', exact: true }).click();
  await expect(ann.call.people.knock('Ben')).toBeVisible();
  await expect(ben.page.getByText(SEEN)).toBeVisible();
  await ann.call.people.answer('Admit Ben');
  await ben.sees(ann);
});

test('the people panel by keyboard and for those who listen, with a knock', async ({ people }) => {
  const { ann, guests } = await annHosts(people);
  const ben = await people.invite('Ben');
  await ann.call.people.press('Lock room');
  await knocks(ben, guests);
  await expect(ann.call.people.knock('Ben')).toBeVisible();
  for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    await ann.page.setViewportSize(viewport);
    await axeFindsNothing(ann, `people, ${viewport.width} wide`);
  }
  await axeFindsNothing(ben, 'waiting');
  await ann.call.people.button('Close').focus();
  await ann.page.keyboard.press('Escape');
  await expect(ann.call.people.panel).toBeHidden();
  await expect(ann.call.button('More'), 'behind which the button is on a phone').toBeFocused();
  await axeFindsNothing(ann, 'a knock on the stage');
  await ann.page.setViewportSize({ width: 1280, height: 800 });
  await ann.call.people.toggle.focus();
  await ann.page.keyboard.press('Enter');
  await expect(ann.call.people.panel).toBeVisible();
  await ann.call.people.button('Close').focus();
  await ann.page.keyboard.press('Escape');
  await expect(ann.call.people.toggle).toBeFocused();
});

test.describe('on a server with a code', () => {
  test.use({ serverFlags: ['--create-code', 'open sesame'] });

  test('only who knows it opens rooms, and guests come in freely', async ({ people }) => {
    const ann = await people.invite('Ann');
    const ben = await people.invite('Ben');
    const room = people.room();
    await ben.open(room);
    await ben.lobby.enter('Ben');
    await expect(ben.page.getByText(NOT_OPEN)).toBeVisible();

    await ann.open(room);
    await ann.lobby.enter('Ann');
    const code = ann.page.getByRole('textbox', { name: 'Server\u2019s code', exact: true }).or(ann.page.getByLabel("Server's code"));
    await code.fill('open barley');
    await ann.lobby.join.click();
    await expect(ann.page.getByText(NOT_OPEN)).toBeVisible();
    await code.fill('open sesame');
    await ann.lobby.join.click();
    await expect(ann.call.own.figure).toBeVisible();
    await ben.lobby.join.click();
    await ben.sees(ann);
  });
});
