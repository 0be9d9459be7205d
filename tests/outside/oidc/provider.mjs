// A real OpenID provider for one run of the tests: people sign in as whoever they say, a system gets access tokens
// as JWT. SIGHUP: from then on it has other keys, and those only.
//
//   node provider.mjs PORT REDIRECT
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

function configuration(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  return {
    jwks: { keys: [key] },
    cookies: { keys: ['not a secret'] },
    clients: [
      { client_id: 'sluss-web', client_secret: 'a secret: of +the& web', redirect_uris: [redirect],
        grant_types: ['authorization_code'], response_types: ['code'] },
      { client_id: 'orders', client_secret: 'a secret of the orders', redirect_uris: [],
        grant_types: ['client_credentials'], response_types: [] },
    ],
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], profile: ['preferred_username', 'roles'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, roles: id === 'nobody' ? [] : ['auditor'] }),
    }),
    extraTokenClaims: () => ({ roles: ['ordering'] }),
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, client) => (client.clientId === 'orders' ? 'urn:sluss' : undefined),
        getResourceServerInfo: (_, resource) => ({
          scope: '', audience: resource.split(':').pop(), accessTokenTTL: 3600,
          accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

let turns = 0;
let answer;
function turn() {
  turns += 1;
  answer = new Provider(issuer, configuration(`key-${turns}`)).callback();
}
turn();
process.on('SIGHUP', turn);
createServer((request, response) => answer(request, response)).listen(Number(port), '127.0.0.1', () => {
  console.log(issuer);
});
