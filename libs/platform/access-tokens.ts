import { errors, jwtVerify, SignJWT } from 'jose';
import { DomainError } from '@app/kernel';
import { roles, type Caller, type CallerRole } from './caller.js';

const ISSUER = 'referral-messages';
const AUDIENCE = 'referral-messages-api';
/** Fixed here: what the token itself says of algorithm or key decides nothing. */
const ALGORITHM = 'HS256';

/** Access tokens signed with a shared secret, for development. */
export class AccessTokens {
  private readonly key: Uint8Array;

  constructor(secret: string) {
    if (secret.length < 32) throw new Error('JWT_SECRET needs at least 32 characters');
    this.key = new TextEncoder().encode(secret);
  }

  /** @param lifetime such as `12h` */
  sign({ programId, id, role }: Caller, lifetime = '30d'): Promise<string> {
    const claims = new SignJWT({ program: programId, role }).setProtectedHeader({ alg: ALGORITHM });
    return claims.setSubject(id).setIssuer(ISSUER).setAudience(AUDIENCE).setIssuedAt().setExpirationTime(lifetime).sign(this.key);
  }

  /** @throws TokenExpired, TokenInvalid */
  async verify(token: string): Promise<Caller> {
    const { payload } = await jwtVerify(token, this.key, { algorithms: [ALGORITHM], issuer: ISSUER, audience: AUDIENCE, requiredClaims: ['exp', 'sub'] }).catch((error: unknown) => {
      throw error instanceof errors.JWTExpired ? new TokenExpired() : new TokenInvalid();
    });
    const { sub, program, role } = payload;
    if (!isText(sub) || !isText(program) || !roles.includes(role as CallerRole)) throw new TokenInvalid();
    return { id: sub, programId: program, role: role as CallerRole };
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export class TokenMissing extends DomainError {
  readonly code = 'TokenMissing';
  override readonly field: string = 'Authorization';
  constructor() {
    super('Send an access token: Authorization: Bearer …');
  }
}
export class TokenInvalid extends DomainError {
  readonly code = 'TokenInvalid';
  override readonly field: string = 'Authorization';
  constructor() {
    super('The access token was not issued by us, or not for this API');
  }
}
export class TokenExpired extends DomainError {
  readonly code = 'TokenExpired';
  override readonly field: string = 'Authorization';
  constructor() {
    super('The access token has expired; get a new one');
  }
}
export class NotPermitted extends DomainError {
  readonly code = 'NotPermitted';
  constructor(readonly permission: string) {
    super(`Your role does not include the permission ${permission}`);
  }
}
