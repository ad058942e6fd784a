import type { BrowserContextOptions } from '@playwright/test';
import { join } from 'node:path';
import { writeCamera } from '../media/camera.mjs';
import { writePortrait } from '../media/portrait.mjs';
import { writeMicrophone } from '../media/microphone.mjs';
import { startChromium, type Devices } from './browser.ts';
import { Person } from './person.ts';
import { Relay } from './relay.ts';
import type { Server } from './server.ts';
import { Wire } from './wire.ts';

export interface Invitation {
  devices?: Devices['kind'];
  /** A small window, a slow film of few pixels and a microphone as it is, so that two cores carry a mesh of eight. */
  tiny?: boolean;
  /** Someone to look at instead of a colour. */
  portrait?: boolean;
  /** Further flags of the browser. */
  flags?: string[];
  /** Where the page is opened, if not at the server's own address. */
  origin?: string;
  context?: BrowserContextOptions;
}

/** An empty list of permissions denies everything; no list lets the browser's fake dialog grant. */
const PERMISSIONS: Partial<Record<Devices['kind'], BrowserContextOptions>> = {
  denied: { permissions: [] },
  tab: { permissions: ['camera', 'microphone'] },
};

/** Echo cancellation and its like take more of a processor than all else that is done with sound. */
function leaveSoundAlone(): void {
  const devices = navigator.mediaDevices;
  const open = devices.getUserMedia.bind(devices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  devices.getUserMedia = (wanted) => open({ ...wanted, ...(wanted?.audio ? { audio: plain } : {}) });
}

/** Everyone in a test; each has a browser process, a colour and a pitch of their own. */
export class People {
  private readonly everyone: Person[] = [];
  private readonly wires: (Wire | Relay)[] = [];
  private rooms = 0;
  private invited = 0;

  constructor(
    readonly server: Server,
    private readonly folder: string,
  ) {}

  async invite(name: string, invitation: Invitation = {}): Promise<Person> {
    const seat = this.invited++;
    const hue = (seat * 45) % 360;
    const browser = await startChromium(this.devices(invitation, seat, hue), invitation.flags);
    const origin = invitation.origin ?? this.server.origin;
    const permissions = PERMISSIONS[invitation.devices ?? 'films'];
    const size = invitation.tiny ? { viewport: { width: 480, height: 360 } } : {};
    const person = await Person.sitDown({ name, hue }, browser, origin, { ...permissions, ...size, ...invitation.context });
    if (invitation.tiny) await person.context.addInitScript(leaveSoundAlone);
    this.everyone.push(person);
    return person;
  }

  /** Someone whose way to the server can be cut. */
  async inviteByWire(name: string, invitation: Invitation = {}): Promise<[Person, Wire]> {
    const wire = await Wire.lay(this.server);
    this.wires.push(wire);
    const person = await this.invite(name, { ...invitation, origin: wire.origin });
    // Chromium's own line about a socket that could not be opened.
    person.watch.expects(/WebSocket connection to .* failed/);
    // What is fetched ahead soon after joining may meet the cut.
    person.watch.expects(/\/assets\/parts\./);
    return [person, wire];
  }

  /** Someone whose server is not what it seems. */
  async inviteByRelay(name: string, invitation: Invitation = {}): Promise<[Person, Relay]> {
    const relay = await Relay.lay(this.server);
    this.wires.push(relay);
    return [await this.invite(name, { ...invitation, origin: relay.origin }), relay];
  }

  async inviteAll(...names: string[]): Promise<Person[]> {
    return Promise.all(names.map((name) => this.invite(name)));
  }

  /** The address of a room that nobody has been in. */
  room(): string {
    return `/r/room-${++this.rooms}`;
  }

  /** After a test: nobody's page complained, asked elsewhere or gave a key away. */
  async goHome(): Promise<void> {
    const secrets = this.everyone.flatMap((person) => person.watch.ownSecrets);
    await Promise.all(this.everyone.map((person) => person.goHome()));
    for (const wire of this.wires) wire.takeAway();
    for (const person of this.everyone) person.watch.verdict(secrets);
    const rooms = this.everyone.flatMap((person) => person.watch.rooms);
    this.server.isToKeep([...this.everyone.map((person) => person.name), ...rooms, ...secrets]);
  }

  private devices({ devices: kind = 'films', portrait, tiny }: Invitation, seat: number, hue: number): Devices {
    if (kind !== 'films') return { kind };
    const camera = join(this.folder, `camera-${seat}.y4m`);
    const microphone = join(this.folder, `microphone-${seat}.wav`);
    if (portrait) writePortrait(camera, { seat });
    else writeCamera(camera, tiny ? { hue, width: 80, height: 60, fps: 2 } : { hue });
    writeMicrophone(microphone, { hertz: 300 + 100 * seat });
    return { kind, camera, microphone };
  }
}
