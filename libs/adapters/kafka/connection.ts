import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type SASLOptions } from 'kafkajs';
import {
  AccessRefused,
  certificateProblem,
  EngineUnavailable,
  noValidCertificate,
  retry,
  steady,
  WRONG_LOGIN,
} from '@app/eventing';
import './idle-queues.js';

export type KafkaOptions = {
  /** `host:port` of some brokers, which name the others. */
  readonly brokers: readonly string[];
  /** Without a file (PEM), the system's authorities. */
  readonly tls?: { readonly caFile?: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** Prefix of the names of topics and groups, without a separator. */
  readonly prefix?: string;
  /** For topics created here; an existing one keeps its own number. */
  readonly partitions?: number;
  /** Session time-out (ms): a member without a heartbeat for this time loses its partitions to the others. */
  readonly sessionTimeout?: number;
};

export const REQUEST_TIMEOUT_MS = 5_000;
/** Shorter than the time a process has to stop. */
const PATIENCE_MS = 10_000;
const LEAVE_MS = 5_000;
const PAUSE_MS = 300;

/**
 * A client for one producer, consumer or admin: those of one client share cached offsets of a group. It gives up soon,
 * and its owner starts again with a new one, so a stop never waits long for an unavailable broker.
 */
export const kafkaClient = ({ brokers, tls, sasl }: KafkaOptions): Kafka =>
  new Kafka({
    clientId: 'referral-messages',
    brokers: [...brokers],
    ...(tls ? { ssl: tls.caFile ? { ca: [readFileSync(tls.caFile)] } : true } : {}),
    ...(sasl ? { sasl: sasl as SASLOptions } : {}),
    connectionTimeout: 1_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2, retries: 3 },
    logLevel: logLevel.NOTHING,
  });

/**
 * Retries while Kafka is unavailable, for about ten seconds or until the signal aborts.
 * @throws EngineUnavailable when it stays unavailable
 * @throws AccessRefused, or Kafka's error, when it responds and refuses
 */
export async function untilDone<T>(work: () => Promise<T>, signal: AbortSignal, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  return retry(work, {
    pauses: steady(PAUSE_MS),
    signal,
    onFailure: (error) => {
      const refusal = refusalOf(error);
      if (refusal) throw refusal;
      if (signal.aborted || performance.now() > deadline) throw new EngineUnavailable('Kafka', error);
    },
  });
}

/**
 * Waits for an end, but not long: without a response from Kafka, kafkajs continues in the background until it gives up.
 */
export async function notForLong(ending: Promise<unknown>): Promise<void> {
  await Promise.race([ending.catch(() => undefined), delay(LEAVE_MS, undefined, { ref: false })]);
}

const REFUSALS = /SASL|TOO_LARGE|^INVALID_(TOPIC|GROUP|SESSION)|POLICY_VIOLATION/;

/** Kafka's error when it responds and refuses, so that waiting does not help. */
export function refusalOf(error: unknown): Error | null {
  const root = rootOf(error) as Error & { readonly type?: string };
  const certificate = certificateProblem(root);
  if (certificate) return new AccessRefused('Kafka', noValidCertificate(certificate));
  if (root.name === 'KafkaJSSASLAuthenticationError') return new AccessRefused('Kafka', WRONG_LOGIN);
  if (/AUTHORIZATION_FAILED/.test(root.type ?? ''))
    return new AccessRefused('Kafka', `the user lacks a right (${root.type})`);
  return REFUSALS.test(root.type ?? '') ? root : null;
}

function rootOf(error: unknown): object {
  const { cause, errors } = Object(error) as { cause?: unknown; errors?: readonly unknown[] };
  const inner = cause ?? errors?.[0];
  return inner ? rootOf(inner) : Object(error);
}
