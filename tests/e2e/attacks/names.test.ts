// Names that a page makes up: looked up, they tell whoever answers for their domain what stands in them. The host's
// Chromium looks nothing up and has a proxy to nowhere; here both are taken away, and its own log of the network is read.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../../../build/chromium-host/find-chromium.ts';
import { DeskApp } from '../../drive/desk-app.ts';
import { expect, test } from '../fixtures.ts';

const CANDIDATE = 'candidate:1 1 udp 2122260223 stolen-by-webrtc.test 40000 typ host generation 0';

test('no name is looked up for WebRTC: neither another end’s nor a relay’s', async ({
  host,
  folders,
  server,
}, info) => {
  test.skip(host.name === 'electron', 'Only the host starts a Chromium that can be told to keep a log.');
  const folder = await mkdtemp(join(tmpdir(), 'circdesk-names-'));
  // The host runs Chromium as nobody.
  await chmod(folder, 0o777);
  const [log, chromium] = [join(folder, 'net.json'), join(folder, 'chromium')];
  await writeFile(
    chromium,
    `#!/bin/bash
for switch; do
  shift
  case $switch in --host-resolver-rules=* | --proxy-*) ;; *) set -- "$@" "$switch" ;; esac
done
exec '${findChromium()}' --log-net-log='${log}' "$@"
`,
    { mode: 0o755 },
  );
  const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`], {
    CHROMIUM_HOST_CHROMIUM: chromium,
  });
  await desk.desk.getByLabel('Username').waitFor();
  const said = await desk.desk.evaluate(async (candidate) => {
    const urls = 'turn:stolen-by-turn.test:3478?transport=tcp';
    const connect = async () => {
      const one = new RTCPeerConnection({ iceServers: [{ urls, username: 'a', credential: 'b' }] });
      const other = new RTCPeerConnection();
      one.createDataChannel('out');
      await one.setLocalDescription(await one.createOffer());
      await other.setRemoteDescription(one.localDescription ?? { type: 'offer' });
      await other.setLocalDescription(await other.createAnswer());
      await one.setRemoteDescription(other.localDescription ?? { type: 'answer' });
      await one.addIceCandidate({ candidate, sdpMLineIndex: 0 });
    };
    const said = await connect().then(
      () => 'connected',
      (error: Error) => error.name,
    );
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return said;
  }, CANDIDATE);
  await desk.close();
  const seen = await readFile(log, 'utf8');
  await info.attach('net.json', { body: seen, contentType: 'application/json' });
  await rm(folder, { recursive: true });
  // Both ends were made, and told where each other is; or a newer Chromium makes none.
  expect(['connected', 'NotAllowedError']).toContain(said);
  expect(seen.match(/stolen-by-[\w.-]+/g) ?? []).toEqual([]);
});
