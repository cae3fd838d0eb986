/**
 * The configuration files of the servers that have one. Each is written into the server's own
 * folder, where all that it would write elsewhere goes too: none of them needs to be root.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_CIPHERS } from 'node:tls';
import { RULED_FIELDS } from './rows.ts';
import type { Setting } from './servers.ts';

/** The suites of TLS 1.3 that Node offers, in its order. */
export const TLS13_SUITES: string = DEFAULT_CIPHERS.split(':')
  .filter((suite) => suite.startsWith('TLS_'))
  .join(':');

/** Leaves descriptors for connections, and for what else a process has open. */
const OTHER_DESCRIPTORS = 1024;

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function addedFields(): string {
  return RULED_FIELDS.map(([name, value]) => `add_header ${name} "${value}";`).join('\n    ');
}

/** nginx as it is tuned for a static site; see docs/performance.md. */
export function writeNginxConfiguration(setting: Setting): string {
  const { site, folder, port, features, connections, descriptors, certificate, key } = setting;
  const tls = features.includes('tls');
  const keptOpen = Math.max(1000, descriptors - connections - OTHER_DESCRIPTORS);
  // Those that idle are closed when a sixteenth of what there may be is left.
  const allowed = 2 * connections + 1024;
  const listening = ['listen', `127.0.0.1:${port}`];
  if (tls) listening.push('ssl');
  if (features.includes('http2')) listening.push('http2');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${join(folder, kind)};`,
  );
  const text = `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
worker_rlimit_nofile ${descriptors};
pid ${join(folder, 'nginx.pid')};
error_log stderr crit;
events { worker_connections ${allowed}; }
http {
${temporary.join('\n')}
  types { text/html html; image/png png; text/javascript js; }
  default_type application/octet-stream;
  access_log ${features.includes('log') ? `${join(folder, 'access.log')} combined buffer=64k flush=1s` : 'off'};
  sendfile on;
  tcp_nopush on;
  open_file_cache max=${keptOpen} inactive=60s;
  ${features.includes('http2') ? 'keepalive_requests 1000000000;' : ''}
  ${features.includes('gzip') ? 'gzip on; gzip_vary on; gzip_types text/javascript;' : ''}
  server {
    ${listening.join(' ')};
    root ${site};
    ${features.includes('rules') ? addedFields() : ''}
    ${
      tls
        ? `ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:1m;
    ssl_conf_command Ciphersuites ${TLS13_SUITES};`
        : ''
    }
  }
}
`;
  return write(folder, 'nginx.conf', text);
}

/** Caddy without its port for administration, and without certificates of its own. */
export function writeCaddyfile(setting: Setting): string {
  const { site, folder, port, features, certificate, key } = setting;
  const tls = features.includes('tls');
  const text = `{
  admin off
  auto_https off
  storage file_system ${join(folder, 'caddy')}
  log {
    level ERROR
  }
  default_sni localhost
}
${tls ? 'https' : 'http'}://:${port} {
  bind 127.0.0.1
  ${tls ? `tls ${certificate} ${key}` : ''}
  ${features.includes('gzip') ? 'encode gzip' : ''}
  root * ${site}
  file_server
}
`;
  return write(folder, 'Caddyfile', text);
}

/** lighttpd; its modules come with it, but for TLS and deflate, which Debian has apart. */
export function writeLighttpdConfiguration(setting: Setting): string {
  const { site, folder, port, features, connections, descriptors, certificate, key } = setting;
  const lines = [
    `server.document-root = "${site}"`,
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    `server.max-fds = ${descriptors}`,
    `server.max-connections = ${Math.max(1024, connections + 64)}`,
    'server.max-keep-alive-requests = 1000',
    'mimetype.assign = (".html" => "text/html", ".png" => "image/png", ".js" => "text/javascript")',
  ];
  if (features.includes('tls')) {
    const both = readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8');
    lines.push('server.modules += ("mod_openssl")', 'ssl.engine = "enable"');
    lines.push(`ssl.pemfile = "${write(folder, 'both.pem', both)}"`);
    lines.push(`ssl.openssl.ssl-conf-cmd = ("Ciphersuites" => "${TLS13_SUITES}")`);
  }
  if (features.includes('gzip')) {
    lines.push('server.modules += ("mod_deflate")', 'deflate.mimetypes = ("text/javascript")');
    lines.push('deflate.allowed-encodings = ("gzip")');
  }
  return write(folder, 'lighttpd.conf', `${lines.join('\n')}\n`);
}
