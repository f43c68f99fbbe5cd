import { Metadata, status } from '@grpc/grpc-js';

export type Right = 'read $all' | 'append';

/** By name. Without TLS the client sends no user. */
export type Users = Readonly<Record<string, { readonly password: string; readonly rights: readonly Right[] }>>;

export type Refusal = { readonly code: status; readonly details: string; readonly metadata?: Metadata };

/** The error of a refused call, as the server reports it: a wrong login differs from a missing right. */
export function refusalOf(users: Users | undefined, call: Metadata, right: Right | null): Refusal | null {
  if (!users) return null;
  const [, login] = /^Basic (.+)$/.exec(String(call.get('authorization')[0])) ?? [];
  let rights: readonly Right[] = [];
  if (login !== undefined) {
    const [, name = '', password] = /^([^:]*):(.*)$/.exec(Buffer.from(login, 'base64').toString()) ?? [];
    const user = users[name];
    if (!user || user.password !== password) return { code: status.UNAUTHENTICATED, details: 'Unauthenticated' };
    ({ rights } = user);
  }
  return right === null || rights.includes(right)
    ? null
    : { code: status.PERMISSION_DENIED, details: 'Access Denied', metadata: exception('access-denied') };
}

/** How the server tells the client which of the client's errors a status means. */
export function exception(name: string, more: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries({ exception: name, ...more })) metadata.set(key, value);
  return metadata;
}
