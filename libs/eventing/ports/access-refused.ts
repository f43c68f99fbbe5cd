import type { Engine } from './engine-unavailable.js';
import { UnusableData } from './unusable-data.js';

/**
 * An engine responds but refuses access: the password is wrong, a right is missing, or no known authority signed its
 * certificate.
 */
export class AccessRefused extends UnusableData {
  override readonly name = 'AccessRefused';

  /** @param reason what is refused, without any secret */
  constructor(
    readonly engine: Engine,
    readonly reason: string,
  ) {
    super(`${engine}: ${reason}`);
  }
}

export const WRONG_LOGIN = 'wrong user or password';

export const noValidCertificate = (why: string): string =>
  `the certificate of the server is not valid (${why}); give the file of its authority, and use an address that the certificate contains`;

/** Node's code for a certificate that was not accepted, from an error or its cause. */
export function certificateProblem(error: unknown): string | null {
  for (let cause = error; cause !== undefined && cause !== null; { cause } = Object(cause) as { cause?: unknown }) {
    const { code } = Object(cause) as { readonly code?: unknown };
    if (typeof code === 'string' && /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/.test(code)) return code;
  }
  return null;
}
