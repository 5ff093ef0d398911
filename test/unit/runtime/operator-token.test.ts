import { createServer, type Server } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../lib/contracts/routes.ts';
import { authenticate } from '../../../lib/runtime/authenticate.ts';
import { createOperatorVerifier } from '../../../lib/runtime/operator-token.ts';
import { close, listen } from '../../../local/listen.ts';

const ISSUER = 'https://login.shop.example/';
const AUDIENCE = 'wend';

let issuer: Server;
let keysUrl = '';
let asked = 0;
let privateKey: CryptoKey;
let otherKey: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  privateKey = pair.privateKey;
  otherKey = (await generateKeyPair('ES256')).privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' };
  issuer = createServer((_, response) => {
    asked += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  keysUrl = `http://127.0.0.1:${await listen(issuer, 0)}/keys`;
});

afterAll(() => close(issuer, 0));

interface Change {
  readonly claims?: Record<string, unknown>;
  readonly key?: CryptoKey;
  readonly audience?: string;
  readonly issuer?: string;
  readonly expires?: string;
}

const tokenOf = ({ claims, key, audience, issuer: iss, expires }: Change = {}): Promise<string> =>
  new SignJWT({ scope: 'openid wend:admin', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setSubject('anna@shop.example')
    .setIssuer(iss ?? ISSUER)
    .setAudience(audience ?? AUDIENCE)
    .setExpirationTime(expires ?? '5m')
    .sign(key ?? privateKey);

const verifier = () => createOperatorVerifier({ issuer: ISSUER, audience: AUDIENCE, keysUrl });
const verify = async (change: Change = {}) => verifier()?.(await tokenOf(change));

describe('the token of an operator', () => {
  it('stands for an admin key, and an agent’s for a secret one', async () => {
    expect(await verify()).toEqual({ id: expect.stringMatching(/^oidc:[0-9a-f]{16}$/), kind: 'admin' });
    expect(await verify({ claims: { scope: 'wend:agent' } })).toMatchObject({ kind: 'secret' });
    expect(await verify({ claims: { scope: undefined, scp: ['wend:agent', 'wend:admin'] } })).toMatchObject({
      kind: 'admin',
    });
  });

  it('does not carry who it is into logs', async () => {
    expect(JSON.stringify(await verify())).not.toContain('anna');
  });

  it.each<[string, () => Change]>([
    ['no scope of ours', () => ({ claims: { scope: 'openid wend:administrator' } })],
    ['another audience', () => ({ audience: 'shop' })],
    ['another issuer', () => ({ issuer: 'https://evil.example/' })],
    ['an end that is over', () => ({ expires: '1 minute ago' })],
    ['a signature of somebody else', () => ({ key: otherKey })],
  ])('is nothing with %s', async (_, change) => {
    expect(await verify(change())).toBeNull();
  });

  it('is nothing where a shared secret signed it', async () => {
    const forged = await new SignJWT({ scope: 'wend:admin' })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .setSubject('x')
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode('x'.repeat(32)));
    expect(await verifier()?.(forged)).toBeNull();
  });

  it('asks the issuer for its keys once', async () => {
    const one = verifier();
    asked = 0;
    for (let index = 0; index < 3; index++) await one?.(await tokenOf());
    expect(asked).toBe(1);
  });

  it('is taken by nobody where no issuer is configured', () => {
    expect(createOperatorVerifier({ issuer: undefined, audience: 'wend', keysUrl })).toBeUndefined();
  });
});

describe('a route', () => {
  const route = (operationId: string) => {
    const found = ROUTES.find((each) => each.operationId === operationId);
    if (found === undefined) throw new Error(operationId);
    return found;
  };
  const body = { bytes: Buffer.alloc(0), contentType: undefined, contentEncoding: undefined };
  const call = async (operationId: string, change: Change = {}, operators = verifier()) =>
    authenticate(
      route(operationId),
      { authorization: `Bearer ${await tokenOf(change)}`, origin: undefined, body },
      { keys: { find: async () => null }, operators },
    );

  it('lets an operator do what an admin key may, and an agent what a secret one may', async () => {
    expect(await call('publishCatalog')).toMatchObject({ kind: 'admin' });
    expect(await call('getVisitor', { claims: { scope: 'wend:agent' } })).toMatchObject({ kind: 'secret' });
    await expect(call('publishCatalog', { claims: { scope: 'wend:agent' } })).rejects.toMatchObject({
      status: 403,
    });
  });

  it('answers 401 to a token that proves nothing, and 503 where the issuer can’t be asked', async () => {
    await expect(call('publishCatalog', { key: otherKey })).rejects.toMatchObject({ status: 401 });
    const away = createOperatorVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      keysUrl: 'http://127.0.0.1:9/keys',
    });
    await expect(call('publishCatalog', {}, away)).rejects.toMatchObject({ status: 503 });
  });
});
