// A fake microphone: beeps of one pitch, 0.2 s on and 0.2 s off (a tone without a pause would be taken for noise
// and suppressed by the browser).
import { writeFileSync } from 'node:fs';

/**
 * Writes 16-bit mono PCM that loops without a click.
 * @param {string} path
 * @param {{hertz: number, seconds?: number, rate?: number}} tone a multiple of 5 Hz, so that a beep ends where it began
 */
export function writeMicrophone(path, { hertz, seconds = 4, rate = 48000 }) {
  const samples = seconds * rate;
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    const beeping = (i / rate) % 0.4 < 0.2;
    const value = beeping ? 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate) : 0;
    bytes.writeInt16LE(Math.round(value * 32767), 44 + i * 2);
  }
  writeFileSync(path, bytes);
}
