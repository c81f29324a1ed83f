// What our pages may do, said to Chromium with every answer: run and show what is built in, and nothing else. Each
// header is one more wall behind the one before, for the day that a wall has a hole.
import type { WebPreferences } from 'electron';

/** `require-trusted-types-for`: text becomes markup or script only through a policy, and only Vue's may be made, once. */
export const PAGE_CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types vue',
  // No new windows, no downloads, no leaving; forms are only listened to, and a list is printed by a dialog.
  'sandbox allow-scripts allow-same-origin allow-forms allow-modals',
].join('; ');

/** What Chromium could give a page on any system, and ours never need. Names that it doesn't know it passes over. */
const FEATURES = `
  accelerometer ambient-light-sensor attribution-reporting autoplay bluetooth browsing-topics camera
  captured-surface-control clipboard-read clipboard-write compute-pressure cross-origin-isolated
  deferred-fetch deferred-fetch-minimal digital-credentials-create digital-credentials-get
  direct-sockets display-capture encrypted-media fullscreen gamepad geolocation gyroscope hid
  identity-credentials-get idle-detection interest-cohort join-ad-interest-group keyboard-map
  language-detector language-model local-fonts local-network local-network-access loopback-network
  magnetometer media-playback-while-not-visible microphone midi on-device-speech-recognition
  otp-credentials payment picture-in-picture private-aggregation private-state-token-issuance
  private-state-token-redemption proofreader publickey-credentials-create publickey-credentials-get
  rewriter run-ad-auction screen-wake-lock serial shared-storage shared-storage-select-url smart-card
  speaker-selection storage-access summarizer sync-xhr translator unload usb web-printing web-share
  window-management writer xr-spatial-tracking
`
  .trim()
  .split(/\s+/);

/** The headers of a page or of what belongs to one. */
export const pageHeaders = (type: string, contentPolicy = PAGE_CONTENT_POLICY): Record<string, string> => ({
  'content-type': type,
  'content-security-policy': contentPolicy,
  'permissions-policy': FEATURES.map((feature) => `${feature}=()`).join(', '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // WebRTC, which CSP doesn't hold, would have names looked up, and a name can carry what was stolen. Anywhere else is
  // allowed here, since a navigation that this header stops takes the page away before main can refuse it.
  'connection-allowlist': '(response-origin "*://*:*/*"); webrtc=block',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
});

/** What each window of ours is made with. Much of it is Electron's default: said, so that no upgrade decides it. */
export const PAGE_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInSubFrames: false,
  nodeIntegrationInWorker: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  plugins: false,
  devTools: false,
  spellcheck: false,
  navigateOnDragDrop: false,
  // In words of a page's own, above a locked desk too.
  disableDialogs: true,
  // What asks the user for a file, or for what is on the screen, and no header holds.
  disableBlinkFeatures: 'FileSystemAccessLocal,EyeDropperAPI',
} as const satisfies WebPreferences;
