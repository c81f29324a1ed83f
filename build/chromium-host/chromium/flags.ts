// The switches that Chromium is started with: quiet, off the network, no browser features around the pages.

const ALWAYS = [
  '--remote-debugging-pipe',
  '--no-startup-window',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-pings',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-breakpad',
  '--disable-component-extensions-with-background-pages',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-infobars',
  '--disable-quic',
  '--disable-renderer-backgrounding',
  '--disable-search-engine-choice-screen',
  '--disable-sync',
  '--disable-features=' +
    [
      'AutofillServerCommunication',
      'CertificateTransparencyComponentUpdater',
      'DialMediaRouteProvider',
      'GlobalMediaControls',
      'InterestFeedContentSuggestions',
      'MediaRouter',
      'OptimizationHints',
      'PaintHolding',
      'SpareRendererForSitePerProcess',
      'Translate',
      'WebUIOmniboxAimPopup',
      'WebUIOmniboxFullPopup',
      'WebUIOmniboxPopup',
    ].join(','),
  '--metrics-recording-only',
  '--password-store=basic',
  '--use-mock-keychain',
  // Pages get what the host answers for them; no name is ever looked up.
  '--host-resolver-rules=MAP * ~NOTFOUND',
  // Nor does WebRTC, which makes no requests, get anywhere.
  '--proxy-server=http://127.0.0.1:1',
  '--proxy-bypass-list=<-loopback>',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
];

export interface FlagOptions {
  profile: string;
  /** Windows on a display, or headless. */
  display: boolean;
  /** Whether Playwright asked for a port of its own. */
  debuggingPort: boolean;
  sandbox: boolean;
}

export const HEADLESS_SCREEN = { width: 1920, height: 1080 };

export const chromiumFlags = ({ profile, display, debuggingPort, sandbox }: FlagOptions): string[] => [
  ...ALWAYS,
  `--user-data-dir=${profile}`,
  ...(display
    ? // No bar over the pages that complains about the switches.
      ['--test-type']
    : [
        '--headless=new',
        '--disable-gpu',
        '--hide-scrollbars',
        `--screen-info={${HEADLESS_SCREEN.width}x${HEADLESS_SCREEN.height}}`,
      ]),
  ...(debuggingPort ? ['--remote-debugging-port=0'] : []),
  ...(sandbox ? [] : ['--no-sandbox']),
];
