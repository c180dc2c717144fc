import { readFile } from 'node:fs/promises';
import { ClientError, messageOf } from '../client-error.ts';
import type { ClientTls } from '../connect-options.ts';
import type { SessionVariable, SessionVariables } from '../url/session-variables.ts';

/** Files that a URL names for TLS. Java's own key stores cannot be read here; the error says how to convert one. */
export async function readTls(vars: SessionVariables): Promise<ClientTls> {
  const trustStore = vars.text('sslTrustStore');
  const trusted = trustStore === undefined ? {} : { ca: await readPem('sslTrustStore', trustStore) };
  if (!vars.flag('twoWay')) return trusted;
  const keyStore = vars.text('sslKeyStore');
  if (keyStore === undefined) {
    const problem = 'it needs sslKeyStore';
    throw new ClientError('SETTING_INVALID', { key: 'twoWay', value: 'true', problem });
  }
  const passphrase = vars.text('keyStorePassword');
  const secret = passphrase === undefined ? {} : { passphrase };
  if (/\.(p12|pfx)$/i.test(keyStore)) {
    return { ...trusted, ...secret, pfx: await readStore('sslKeyStore', keyStore) };
  }
  const pem = await readPem('sslKeyStore', keyStore);
  return { ...trusted, ...secret, cert: pem, key: pem };
}

async function readPem(key: SessionVariable, path: string): Promise<Buffer> {
  const bytes = await readStore(key, path);
  if (bytes.includes('-----BEGIN ')) return bytes;
  const problem =
    'it is not in PEM form; convert a Java key store with: keytool -exportcert -rfc -keystore <store> -alias <alias>';
  throw new ClientError('SETTING_INVALID', { key, value: path, problem });
}

async function readStore(key: SessionVariable, value: string): Promise<Buffer> {
  try {
    return await readFile(value);
  } catch (error) {
    throw new ClientError('SETTING_INVALID', { key, value, problem: messageOf(error) }, { cause: error });
  }
}
