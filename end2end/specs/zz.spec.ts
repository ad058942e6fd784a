import { test } from '../support/test.ts';
test('dbg', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ben.context.addInitScript(() => { const n = MediaStream.prototype.addTrack; (window as any).log=[]; MediaStream.prototype.addTrack = function(t) { (window as any).log.push('addTrack '+this.id.slice(0,4)+' '+t.kind+t.id.slice(0,4)+ ' in '+window.probe.connections.map(c=>c.getReceivers().map(r=>r.track.id.slice(0,4)+(r.track===t)))); return n.call(this,t); }; });
  await ann.join(room); await ben.join(room);
  await ben.sees(ann);
  console.log(JSON.stringify(await ben.tile(ann).figure.evaluate(async r=>{ return [(window as any).log, window.probe.connections.map(c=>c.getReceivers().map(x=>x.track.id)), [...document.querySelectorAll('video')].map(v=>[(v.srcObject as MediaStream).id, (v.srcObject as MediaStream).getTracks().map(t=>t.id)])]})));
});
