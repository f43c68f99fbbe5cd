import { LRUCache } from 'lru-cache';
import { errors, jwtVerify, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { DomainError } from '@app/kernel';
import type { Identity } from './caller.js';

const ISSUER = 'referral-messages';
const AUDIENCE = 'referral-messages-api';
/** Fixed here: the algorithm and key named in the token are ignored. */
const ALGORITHM = 'HS256';
const TOKENS_IN_MEMORY = 10_000;

/**
 * Access tokens signed with a shared secret, for development. During a rotation those of the previous secret are valid
 * too.
 */
export class AccessTokens {
  /** The first one signs. */
  private readonly keys: readonly [Promise<CryptoKey>, ...Promise<CryptoKey>[]];
  /** People by valid token, cached until the token expires: verifying it again would give the same result. */
  private readonly verified = new LRUCache<string, Identity>({ max: TOKENS_IN_MEMORY });

  constructor(secret: string, previous?: string) {
    this.keys = [keyOf(secret), ...(previous === undefined ? [] : [keyOf(previous)])];
  }

  /** @param lifetime such as `12h` */
  async sign({ programId, id, kind }: Identity, lifetime = '30d'): Promise<string> {
    const claims = new SignJWT({ program: programId, kind }).setProtectedHeader({ alg: ALGORITHM });
    return claims
      .setSubject(id)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(lifetime)
      .sign(await this.keys[0]);
  }

  /** @throws TokenExpired, TokenInvalid */
  async verify(token: string): Promise<Identity> {
    const known = this.verified.get(token);
    if (known) return known;
    const { exp = 0, ...claims } = await this.payload(token);
    const { sub, program } = claims;
    const kind = kindOf(claims);
    if (!isText(sub) || !isText(program) || kind === null) throw new TokenInvalid();
    const person: Identity = { id: sub, programId: program, kind };
    const ttl = Math.floor(exp * 1_000 - Date.now());
    if (ttl > 0) this.verified.set(token, person, { ttl });
    return person;
  }

  private async payload(token: string): Promise<JWTPayload> {
    for (const key of this.keys) {
      try {
        return (
          await jwtVerify(token, await key, {
            algorithms: [ALGORITHM],
            issuer: ISSUER,
            audience: AUDIENCE,
            requiredClaims: ['exp', 'sub'],
          })
        ).payload;
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new TokenExpired();
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    throw new TokenInvalid();
  }
}

/** Imported once: as bytes it would be imported for every token. */
function keyOf(secret: string): Promise<CryptoKey> {
  if (secret.length < 32) throw new Error('JWT_SECRET needs at least 32 characters');
  return crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
}

/** Earlier tokens had a role instead, of which only `contact` still says something. */
function kindOf({ kind, role }: JWTPayload): Identity['kind'] | null {
  if (kind === 'member' || kind === 'contact') return kind;
  if (kind !== undefined || !isText(role)) return null;
  return role === 'contact' ? 'contact' : 'member';
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The access token is missing or not accepted. */
abstract class Unauthenticated extends DomainError {
  override readonly kind = 'unauthenticated';
  override readonly field: string = 'Authorization';
}

export class TokenMissing extends Unauthenticated {
  readonly code = 'TokenMissing';
  constructor() {
    super('Send an access token: Authorization: Bearer …');
  }
}
export class TokenInvalid extends Unauthenticated {
  readonly code = 'TokenInvalid';
  constructor() {
    super('The access token was not issued by us, or not for this API');
  }
}
export class TokenExpired extends Unauthenticated {
  readonly code = 'TokenExpired';
  constructor() {
    super('The access token has expired; get a new one');
  }
}
