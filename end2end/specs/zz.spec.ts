import { test } from '../support/test.ts';
test('dbg', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room); await ben.join(room);
  await ben.sees(ann);
  console.log(JSON.stringify(await ben.tile(ann).figure.evaluate(async r=>{ const t0=performance.now(); const l = await window.probe.loudness(r); return [window.probe.connections.map(c=>c.getReceivers().map(x=>x.track.id)), [...r.querySelectorAll('video')].map(v=>[(v.srcObject instanceof MediaStream),(v.srcObject as MediaStream).getTracks().map(t=>t.id)]), l, performance.now()-t0]})));
  for (let i=0;i<6;i++) console.log('loud', await ben.tile(ann).loudness(), await ann.tile(ben).loudness());
  for (const p of [ann, ben]) {
    console.log(await p.page.evaluate(async () => { const out: unknown[] = []; for (const c of window.probe.connections) { const r = [...(await c.getStats()).values()]; out.push(c.connectionState, c.getTransceivers().map(t=>[t.mid,t.receiver.track.kind,t.direction,t.currentDirection,t.sender.track?.readyState,t.sender.track?.enabled,t.sender.track?.muted].join()), ...r.filter(x=>/bound-rtp|media-source/.test(x.type)&&x.kind==='audio').map(x=>JSON.stringify({t:x.type,b:x.bytesReceived??x.bytesSent,e:x.totalAudioEnergy,d:x.totalSamplesDuration,l:x.audioLevel}))); } 
     out.push([...document.querySelectorAll('video')].map(v=>[v.muted,v.paused,v.volume,(v.srcObject as MediaStream)?.getTracks().map(t=>t.kind+t.id.slice(0,4)+t.muted)].join())); out.push(window.probe.captured.map(t=>t.kind+t.readyState+t.enabled)); return out; }));
  }
});
