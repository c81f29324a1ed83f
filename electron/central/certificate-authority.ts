// A certificate authority that policy names: the central server is believed only where that one stands behind it,
// whomever else the system trusts. Chromium checks no chain to an authority that it doesn't know, so this does.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraints,
  Certificate,
  CertificateChainValidationEngine,
  ExtKeyUsage,
  RSASSAPSSParams,
} from 'pkijs';
import type { Clock } from '../../shared/clock.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Server authentication, and any use. */
const FOR_SERVERS = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];
const BASIC_CONSTRAINTS = '2.5.29.19';
const EXTENDED_KEY_USAGE = '2.5.29.37';
/** What is heeded here or by the engine: use of the key, other names, name constraints, and four about policies. */
const HEEDED = [
  BASIC_CONSTRAINTS,
  EXTENDED_KEY_USAGE,
  ...['15', '17', '30', '32', '33', '36', '54'].map((last) => `2.5.29.${last}`),
];
const RSA_PSS = '1.2.840.113549.1.1.10';
const BROKEN_HASHES = ['1.2.840.113549.2.5', '1.3.14.3.2.26'];
/** MD5 and SHA-1, with RSA and with ECDSA: signatures that can be forged. */
const BROKEN_SIGNATURES = ['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1'];
const LEAST_RSA_BITS = 2048;

export class CertificateAuthority {
  readonly #trusted: Certificate[];
  readonly #clock: Clock;

  /** `pem` holds one or more certificates of authorities; throws where it doesn't. */
  constructor(pem: string, clock: Clock) {
    const authorities = (pem.match(PEM) ?? []).map((one) => new X509Certificate(one));
    if (authorities.length === 0) throw new Error('There is no certificate in PEM in it.');
    const other = authorities.find(({ ca }) => !ca);
    if (other) throw new Error(`${other.subject.replaceAll('\n', ', ')} is no certificate authority.`);
    this.#trusted = authorities.map(parsed);
    this.#clock = clock;
  }

  /** `chain` as the server sent it, in PEM, its own certificate first. */
  async standsBehind(hostname: string, chain: readonly string[]): Promise<boolean> {
    const sent = chain.map((pem) => new X509Certificate(pem));
    const [own] = sent;
    if (!own || !isFor(own, hostname)) return false;
    const engine = new CertificateChainValidationEngine({
      trustedCerts: this.#trusted,
      certs: sent.map(parsed).reverse(),
      checkDate: new Date(this.#clock.now()),
    });
    const { result, certificatePath = [] } = await engine.verify();
    return (
      result &&
      keepsPathLengths(certificatePath) &&
      certificatePath.every(isForServers) &&
      !certificatePath.some(isWeak)
    );
  }
}

const parsed = ({ raw }: X509Certificate): Certificate => Certificate.fromBER(new Uint8Array(raw));

function isFor(own: X509Certificate, hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const named = isIP(address) ? own.checkIP(address) : own.checkHost(address, { subject: 'never' });
  return named !== undefined;
}

/** Neither is the engine's to check: an extended use, without which a key is for everything, and what is critical. */
function isForServers({ extensions = [] }: Certificate, at: number, path: readonly Certificate[]): boolean {
  // Policy trusts the authority as it is.
  if (at > 0 && at === path.length - 1) return true;
  return extensions.every(({ extnID, critical, parsedValue }) =>
    extnID === EXTENDED_KEY_USAGE
      ? parsedValue instanceof ExtKeyUsage && parsedValue.keyPurposes.some((use) => FOR_SERVERS.includes(use))
      : !critical || HEEDED.includes(extnID),
  );
}

/** `path` begins with the server's own certificate. How many authorities may stand below each is its own to say. */
function keepsPathLengths(path: readonly Certificate[]): boolean {
  return path.every((certificate, at) => {
    const { parsedValue } = certificate.extensions?.find(({ extnID }) => extnID === BASIC_CONSTRAINTS) ?? {};
    const most = parsedValue instanceof BasicConstraints ? parsedValue.pathLenConstraint : undefined;
    return typeof most !== 'number' || at - 1 <= most;
  });
}

function isWeak(certificate: Certificate, at: number, path: readonly Certificate[]): boolean {
  const { publicKey } = new X509Certificate(Buffer.from(certificate.toSchema(true).toBER()));
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  // An authority's own signature on itself proves nothing anyway.
  const signed = at < path.length - 1 && isBroken(certificate.signatureAlgorithm);
  return signed || (bits !== undefined && bits < LEAST_RSA_BITS);
}

/** RSA-PSS names its hash apart; where it names none, that is SHA-1. */
function isBroken({ algorithmId, algorithmParams }: Certificate['signatureAlgorithm']): boolean {
  if (algorithmId !== RSA_PSS) return BROKEN_SIGNATURES.includes(algorithmId);
  const { hashAlgorithm } = new RSASSAPSSParams({ schema: algorithmParams });
  return BROKEN_HASHES.includes(hashAlgorithm.algorithmId);
}
