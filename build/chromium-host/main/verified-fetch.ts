// fetch over HTTPS with the app's setCertificateVerifyProc: the handshake is finished without a verdict, and nothing
// is sent until the app has given one. Node's own fetch has no such place.
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { DetailedPeerCertificate, PeerCertificate, TLSSocket } from 'node:tls';
import type { VerifyProc } from './net-fetch.ts';

const MAX_REDIRECTS = 20;
const pem = (certificate: PeerCertificate) =>
  `-----BEGIN CERTIFICATE-----\n${certificate.raw.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

const principal = (names: PeerCertificate['subject']): Electron.CertificatePrincipal => ({
  commonName: String(names.CN ?? ''),
  organizations: [names.O ?? []].flat(),
  organizationUnits: [names.OU ?? []].flat(),
  locality: String(names.L ?? ''),
  state: String(names.ST ?? ''),
  country: String(names.C ?? ''),
});

/** With those above it as they were sent; Node gives an authority's own certificate as its own issuer. */
function describe(certificate: DetailedPeerCertificate): Electron.Certificate {
  const own = principal(certificate.subject);
  const by = principal(certificate.issuer);
  const seconds = (date: string) => Date.parse(date) / 1000;
  const above: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
  const issuer = above && above !== certificate && above.raw ? describe(above) : undefined;
  return {
    data: pem(certificate),
    subject: own,
    subjectName: own.commonName,
    issuer: by,
    issuerName: by.commonName,
    issuerCert: issuer as unknown as Electron.Certificate,
    serialNumber: certificate.serialNumber,
    validStart: seconds(certificate.valid_from),
    validExpiry: seconds(certificate.valid_to),
    fingerprint: `sha256/${Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64')}`,
  };
}

/** Node's word for what is wrong with a certificate, in Chromium's; whatever else it is, its authority isn't known. */
const VERDICTS: Record<string, [name: string, code: number]> = {
  ERR_TLS_CERT_ALTNAME_INVALID: ['net::ERR_CERT_COMMON_NAME_INVALID', -200],
  CERT_HAS_EXPIRED: ['net::ERR_CERT_DATE_INVALID', -201],
  CERT_NOT_YET_VALID: ['net::ERR_CERT_DATE_INVALID', -201],
};

function verdictOn(socket: TLSSocket): [name: string, code: number] {
  if (socket.authorized) return ['net::OK', 0];
  // Declared as an Error, and in fact its code.
  const code = String(socket.authorizationError);
  return VERDICTS[code] ?? ['net::ERR_CERT_AUTHORITY_INVALID', -202];
}

/** Asks the app: 0 accepts, -2 refuses, -3 leaves it to the verdict as it is. Answers what is wrong, if something is. */
async function problemWith(
  socket: TLSSocket,
  hostname: string,
  verifyProc: VerifyProc,
): Promise<string | undefined> {
  const certificate = describe(socket.getPeerCertificate(true));
  const [verificationResult, errorCode] = verdictOn(socket);
  const said = await new Promise<number>((resolve) => {
    verifyProc(
      {
        hostname,
        certificate,
        validatedCertificate: certificate,
        isIssuedByKnownRoot: socket.authorized,
        verificationResult,
        errorCode,
      },
      resolve,
    );
  });
  if (said === 0 || (said === -3 && errorCode === 0)) return undefined;
  return said === -3 ? verificationResult : 'net::ERR_FAILED';
}

function once(request: Request, body: Buffer | undefined, verifyProc: VerifyProc): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname } = new URL(request.url);
    const sent = httpsRequest(
      request.url,
      {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        rejectUnauthorized: false,
        agent: false,
        signal: request.signal,
      },
      resolve,
    );
    sent.once('error', reject);
    sent.once('socket', (socket) => {
      socket.once('secureConnect', () => {
        problemWith(socket as TLSSocket, hostname, verifyProc)
          .then((problem) => {
            if (problem === undefined) sent.end(body);
            else sent.destroy(new Error(problem));
          })
          .catch(reject);
      });
    });
  });
}

export async function fetchVerified(request: Request, verifyProc: VerifyProc): Promise<Response> {
  const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
  let current = request;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const answer = await once(current, body, verifyProc);
    const status = answer.statusCode ?? 0;
    const { location } = answer.headers;
    if (request.redirect === 'error' && location && status >= 300 && status < 400) {
      answer.destroy();
      throw new Error('net::ERR_FAILED');
    }
    if (request.redirect === 'follow' && location && status >= 300 && status < 400) {
      answer.resume();
      current = new Request(new URL(location, current.url), {
        headers: request.headers,
        signal: request.signal,
      });
      continue;
    }
    const isEmpty = status === 204 || status === 304 || request.method === 'HEAD';
    const headers = Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
      (values ?? []).map((value): [string, string] => [name, value]),
    );
    return new Response(isEmpty ? null : (Readable.toWeb(answer) as ReadableStream), {
      status,
      statusText: answer.statusMessage ?? '',
      headers,
    });
  }
  throw new TypeError('net::ERR_TOO_MANY_REDIRECTS');
}
