import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { connect } from 'node:tls';
import { type TestDatabase, testDatabase } from '@huike/testkit';
import { password, type TestServer, testServer } from '../testing.ts';

let database: TestDatabase;
let server: TestServer;
let folder: string;
let certificate: string;

before(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'huike-tls-'));
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  certificate = selfSigned(privateKey, publicKey);
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  await writeFile(cert, certificate);
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  server = await testServer(database, { config: { tls: { cert, key } }, signInAdmin: false });
});
after(async () => {
  await server?.close();
  await database.close();
  await rm(folder, { recursive: true });
});

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const size = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

/** A certificate for 127.0.0.1, signed by its own key: ECDSA with SHA-256. */
function selfSigned(privateKey: KeyObject, publicKey: KeyObject): string {
  const algorithm = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const name = der(
    0x30,
    der(0x31, der(0x30, der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from('huike test')))),
  );
  const validity = der(0x30, der(0x17, Buffer.from('200101000000Z')), der(0x18, Buffer.from('20990101000000Z')));
  const alternative = der(0x30, der(0x87, Buffer.from([127, 0, 0, 1])));
  const extensions = der(0xa3, der(0x30, der(0x30, der(0x06, Buffer.from('551d11', 'hex')), der(0x04, alternative))));
  const serial = der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    serial,
    algorithm,
    name,
    validity,
    name,
    spki,
    extensions,
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const base64 = der(0x30, body, algorithm, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function call(method: string, where: string, body = ''): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const port = Number(new URL(server.address).port);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request({ host: '127.0.0.1', port, method, path: where, ca: certificate, headers, agent: false }, resolve)
      .once('error', reject)
      .end(body);
  });
}

test('over TLS cookies are secure and browsers are told to stay there', async () => {
  const live = await call('GET', '/livez');
  assert.deepEqual([live.statusCode, await text(live)], [200, '{"status":"ok"}']);
  assert.equal(live.headers['strict-transport-security'], 'max-age=31536000');
  const signedIn = await call('POST', '/api/v1/auth/sign-in', JSON.stringify({ email: 'admin@example.com', password }));
  await text(signedIn);
  assert.equal(signedIn.statusCode, 200);
  assert.match(signedIn.headers['set-cookie']?.[0] ?? '', /; HttpOnly; Secure; SameSite=Lax$/);
});

test('nothing older than TLS 1.2 is spoken', async () => {
  const port = Number(new URL(server.address).port);
  const version = (max: 'TLSv1.1' | 'TLSv1.2') =>
    new Promise<string | null>((resolve) => {
      const options = {
        host: '127.0.0.1',
        port,
        ca: certificate,
        minVersion: 'TLSv1' as const,
        maxVersion: max,
        ciphers: 'DEFAULT@SECLEVEL=0',
      };
      const socket = connect(options, () => {
        resolve(socket.getProtocol());
        socket.destroy();
      });
      socket.once('error', () => resolve(null));
    });
  assert.equal(await version('TLSv1.1'), null);
  assert.equal(await version('TLSv1.2'), 'TLSv1.2');
});
