import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 30_000;

export interface Certificates {
  readonly caPath: string;
  /** For the loopback interface, as server and as client. */
  readonly certificatePath: string;
  readonly keyPath: string;
}

/** An authority of its own, and one certificate by it. */
export async function makeCertificates(dir: string, name: string): Promise<Certificates> {
  const file = (suffix: string): string => join(dir, `${name}-${suffix}`);
  const openssl = (line: string, ...files: readonly string[]) =>
    run('openssl', [...line.split(' '), ...files], { timeout: TIMEOUT_MS });
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  await openssl(
    `req -x509 ${newKey} -days 2 -subj /CN=${name}-authority`,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
  );
  await openssl(`req ${newKey} -subj /CN=${name}`, '-keyout', file('key.pem'), '-out', file('request.pem'));
  await writeFile(file('extensions'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const authority = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-extfile', file('extensions')];
  const signed = ['-in', file('request.pem'), '-out', file('certificate.pem')];
  await openssl('x509 -req -days 2 -CAcreateserial', ...authority, ...signed);
  return {
    caPath: file('ca.pem'),
    certificatePath: file('certificate.pem'),
    keyPath: file('key.pem'),
  };
}
