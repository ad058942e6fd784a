import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call inside one page: what the judges of media are themselves judged by. */
const PAGE = `<!doctype html><html lang="en" data-hydrated><title>bare</title><link rel="icon" href="data:,">
<figure aria-label="Echo"><video autoplay playsinline></video></figure>
<script>
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = ({ candidate }) => far.addIceCandidate(candidate);
  far.onicecandidate = ({ candidate }) => near.addIceCandidate(candidate);
  far.ontrack = ({ streams }) => { document.querySelector('video').srcObject = streams[0]; };
  window.call = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const track of stream.getTracks()) near.addTrack(track, stream);
    await near.setLocalDescription();
    await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    await near.setRemoteDescription(far.localDescription);
  };
  /* A still picture that goes on being sent, as from a camera that hangs. */
  window.freeze = async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [160, 120];
    const context = canvas.getContext('2d');
    const paint = () => { context.fillStyle = 'rgb(40,160,40)'; context.fillRect(0, 0, 160, 120); };
    setInterval(paint, 100);
    await near.getSenders().find((s) => s.track.kind === 'video').replaceTrack(canvas.captureStream(10).getVideoTracks()[0]);
  };
  window.mute = () => { near.getSenders().find((s) => s.track.kind === 'audio').track.enabled = false; };
</script></html>`;

export interface BareServer {
  origin: string;
  close(): void;
}

export async function serveBarePage(): Promise<BareServer> {
  const http: HttpServer = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(PAGE);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => http.close() };
}
