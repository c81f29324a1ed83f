// The line to the central server: a session of Electron's of its own, in memory, apart from the one that pages are in.
// The system's proxy and certificates count; where policy names a certificate authority, that one alone.
import { session, type Certificate } from 'electron';
import type { CertificateAuthority } from './certificate-authority.ts';
import type { Fetch } from './transport.ts';

/** Chromium's own verdicts that may stand where ours is asked for: none, and `ERR_CERT_AUTHORITY_INVALID`. */
const OTHERWISE_GOOD = [0, -202];
/** What Electron takes for an answer. */
const ACCEPT = 0;
const REFUSE = -2;
const AS_CHROMIUM_SAYS = -3;
const LONGEST_CHAIN = 10;

export function openLine(authority: CertificateAuthority | undefined): Fetch {
  const line = session.fromPartition('central-server');
  if (!authority) return (input, init) => line.fetch(input as string, init);

  let refused = false;
  line.setCertificateVerifyProc(({ hostname, certificate, errorCode }, answer) => {
    const verdict = async () => {
      const good = OTHERWISE_GOOD.includes(errorCode);
      if (good && (await authority.standsBehind(hostname, chainOf(certificate)))) return ACCEPT;
      return errorCode === 0 ? REFUSE : AS_CHROMIUM_SAYS;
    };
    void verdict()
      .catch(() => REFUSE)
      .then((said) => {
        refused = said !== ACCEPT;
        answer(said);
      });
  });
  return async (input, init) => {
    try {
      return await line.fetch(input as string, init);
    } catch (thrown) {
      // Of a refusal, which it remembers, Electron says no more than that it failed.
      const bare = String(thrown).includes('ERR_FAILED');
      throw refused && bare ? new Error('net::ERR_CERT_AUTHORITY_INVALID', { cause: thrown }) : thrown;
    }
  };
}

/** The server's own certificate and those above it, as it sent them. */
function chainOf(certificate: Certificate): string[] {
  const chain: string[] = [];
  for (let at: Certificate | undefined = certificate; at && chain.length < LONGEST_CHAIN; at = at.issuerCert)
    chain.push(at.data);
  return chain;
}
