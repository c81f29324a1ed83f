// fetch over HTTPS with the app's setCertificateVerifyProc: the handshake is finished without a verdict, and nothing
// is sent until the app has given one. Node's own fetch has no such place.
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { PeerCertificate, TLSSocket } from 'node:tls';
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

function describe(certificate: PeerCertificate, issuer?: PeerCertificate): Electron.Certificate {
  const own = principal(certificate.subject);
  const by = principal(certificate.issuer);
  const seconds = (date: string) => Date.parse(date) / 1000;
  return {
    data: pem(certificate),
    subject: own,
    subjectName: own.commonName,
    issuer: by,
    issuerName: by.commonName,
    issuerCert: (issuer ? describe(issuer) : undefined) as unknown as Electron.Certificate,
    serialNumber: certificate.serialNumber,
    validStart: seconds(certificate.valid_from),
    validExpiry: seconds(certificate.valid_to),
    fingerprint: `sha256/${Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64')}`,
  };
}

/** Asks the app: 0 accepts, -2 refuses, -3 leaves it to Node's own verdict. */
async function isAccepted(socket: TLSSocket, hostname: string, verifyProc: VerifyProc): Promise<boolean> {
  const peer = socket.getPeerCertificate(true);
  const issuer = peer.issuerCertificate === peer ? undefined : peer.issuerCertificate;
  const certificate = describe(peer, issuer);
  const verdict = await new Promise<number>((resolve) => {
    verifyProc(
      {
        hostname,
        certificate,
        validatedCertificate: certificate,
        isIssuedByKnownRoot: socket.authorized,
        verificationResult: socket.authorized ? 'OK' : 'net::ERR_CERT_AUTHORITY_INVALID',
        errorCode: socket.authorized ? 0 : -202,
      },
      resolve,
    );
  });
  return verdict === 0 || (verdict === -3 && socket.authorized);
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
        isAccepted(socket as TLSSocket, hostname, verifyProc)
          .then((accepted) => {
            if (accepted) sent.end(body);
            else sent.destroy(new Error('net::ERR_CERT_AUTHORITY_INVALID'));
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
