// A certificate authority that policy names: the central server is believed only where that one stands behind it,
// whomever else the system trusts. Chromium checks no chain to an authority that it doesn't know, so this does.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { BasicConstraints, Certificate, CertificateChainValidationEngine } from 'pkijs';
import type { Clock } from '../../shared/clock.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const BASIC_CONSTRAINTS = '2.5.29.19';
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
    return result && keepsPathLengths(certificatePath) && !certificatePath.some(isWeak);
  }
}

const parsed = ({ raw }: X509Certificate): Certificate => Certificate.fromBER(new Uint8Array(raw));

/** Says that it's this server's, and that it's for servers. */
function isFor(own: X509Certificate, hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const named = isIP(address) ? own.checkIP(address) : own.checkHost(address, { subject: 'never' });
  // `keyUsage` is what X.509 calls the extended one; without it a certificate is for everything.
  const uses = own.keyUsage as string[] | undefined;
  return named !== undefined && (uses?.includes(SERVER_AUTHENTICATION) ?? true);
}

/** `path` begins with the server's own certificate. How many authorities may stand below each is its own to say. */
function keepsPathLengths(path: readonly Certificate[]): boolean {
  return path.every((certificate, at) => {
    const { parsedValue } = certificate.extensions?.find(({ extnID }) => extnID === BASIC_CONSTRAINTS) ?? {};
    const most = parsedValue instanceof BasicConstraints ? parsedValue.pathLenConstraint : undefined;
    return at === 0 || typeof most !== 'number' || at - 1 <= most;
  });
}

function isWeak(certificate: Certificate, at: number, path: readonly Certificate[]): boolean {
  const { publicKey } = new X509Certificate(Buffer.from(certificate.toSchema(true).toBER()));
  const bits = publicKey.asymmetricKeyDetails?.modulusLength;
  // An authority's own signature on itself proves nothing anyway.
  const signed =
    at < path.length - 1 && BROKEN_SIGNATURES.includes(certificate.signatureAlgorithm.algorithmId);
  return signed || (bits !== undefined && bits < LEAST_RSA_BITS);
}
