/**
 * What names say of what they stand for: secrets, and the settings of other programs.
 * Owns the lists. What cannot be told by a name, as that of a key, is told by what the file begins
 * with. Pure.
 */

/** Secrets and histories. */
const PRIVATE = [
  /^\.(?:env(?:\..+)?|git|svn|hg|ssh|aws|gnupg|npmrc|netrc|pgpass|htpasswd|git-credentials)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)$/,
  /\.(?:p12|pfx|jks|kdbx)$/,
];

/** Whether a name is one that secrets have, and nothing else. */
export function isPrivate(name: string): boolean {
  return PRIVATE.some((pattern) => pattern.test(name));
}

/** Whether a file may be a private key by its name, which certificates have too. */
export function mayHoldKey(name: string): boolean {
  return /\.(?:pem|key)$/.test(name);
}

/** Whether a text has a private key in it. RFC 7468 §10, and the form of OpenSSL before. */
export function hasPrivateKey(text: string): boolean {
  return /^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/m.test(text);
}

/** Files at the root of a folder that other servers read, and build tools copy. */
const SETTINGS: ReadonlyMap<string, string> = new Map([
  ['.htaccess', 'Apache'],
  ['web.config', 'IIS'],
  ['nginx.conf', 'nginx'],
  ['Caddyfile', 'Caddy'],
  ['netlify.toml', 'Netlify'],
  ['vercel.json', 'Vercel'],
  ['firebase.json', 'Firebase'],
  ['staticwebapp.config.json', 'Azure'],
  ['wrangler.toml', 'Cloudflare'],
  ['_routes.json', 'Cloudflare'],
  ['_worker.js', 'Cloudflare'],
  ['serve.json', 'serve'],
  ['pws.config.json', 'PWS'],
]);

/** Whose settings a file at the root is; `undefined` where it is none that is known. */
export function ownerOfSettings(name: string): string | undefined {
  return SETTINGS.get(name);
}
