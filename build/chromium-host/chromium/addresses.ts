// Chromium can't be taught a scheme from outside: app://host/path is https://host.app.host.invalid/path in it.
// Everything that crosses the host's border is translated here, so the app only ever sees its own scheme.

const SUFFIX = '.host.invalid';

const schemes = new Set<string>();

export function addScheme(scheme: string): void {
  schemes.add(scheme);
}

/** The scheme and the address as the app knows them, or undefined for an address that isn't the app's. */
export function appAddress(chromiumAddress: string): string | undefined {
  const url = URL.parse(chromiumAddress);
  if (!url || url.protocol !== 'https:' || !url.hostname.endsWith(SUFFIX)) return undefined;
  const labels = url.hostname.slice(0, -SUFFIX.length).split('.');
  const scheme = labels.pop();
  if (scheme === undefined || !schemes.has(scheme)) return undefined;
  return `${scheme}://${labels.join('.')}${url.pathname}${url.search}${url.hash}`;
}

/** An address on its way to the app; what isn't the app's stays as it is. */
export const toApp = (address: string): string => appAddress(address) ?? address;

/** An address on its way to Chromium. */
export function toChromium(address: string): string {
  const url = URL.parse(address);
  const scheme = url?.protocol.slice(0, -1);
  if (!url || scheme === undefined || !schemes.has(scheme)) return address;
  return `${chromiumOrigin(scheme, url.host)}${url.pathname || '/'}${url.search}${url.hash}`;
}

const chromiumOrigin = (scheme: string, host: string) => `https://${host}.${scheme}${SUFFIX}`;

/** The origin of an address, as the app writes it: `app://host`. */
export function originOf(address: string): string {
  const url = URL.parse(address);
  if (!url) return 'null';
  return schemes.has(url.protocol.slice(0, -1)) ? `${url.protocol}//${url.host}` : url.origin;
}

/** Source expressions of a content security policy that name the app's scheme. */
export function policyToChromium(policy: string): string {
  return policy.replace(
    /(^|[\s;])([a-z][a-z0-9+.-]*):(?:\/\/([^\s;/]+))?(?=[\s;/]|$)/g,
    (whole, before: string, scheme: string, host?: string) =>
      schemes.has(scheme)
        ? `${before}${host ? chromiumOrigin(scheme, host) : `https://*.${scheme}${SUFFIX}`}`
        : whole,
  );
}
