import 'reflect-metadata';
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { Transform, Type } from 'class-transformer';
import {
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
} from 'class-validator';
import { MasterKey } from '@app/eventing';

const url = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };
const withoutSlash = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.replace(/\/+$/, '') : value,
);

/** The message leaves the value out: it may contain a password. */
const notAUrl = (example: string) => `$property must look like ${example}`;

const IsMasterKey = () =>
  ValidateBy({
    name: 'isMasterKey',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && MasterKey.parse(value) !== null,
      defaultMessage: () => '$property must be 32 bytes as Base64 or hexadecimal digits',
    },
  });
const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
};
const proxies = {
  name: 'isProxies',
  validator: {
    validate: (value: unknown) => typeof value === 'string' && value.split(',').every(isNetwork),
    defaultMessage: () => '$property must be addresses or networks, separated by commas, such as 10.0.0.0/8,::1',
  },
};

/** Parts of the API that separate processes can serve. */
const surfaces = ['commands', 'queries', 'webhooks', 'portal'] as const;
export type Surface = (typeof surfaces)[number];

/** All settings; each field is an environment variable of the same name. */
export class Configuration {
  /** Folder of the embedded engines, the mail folder and the development secret. */
  @IsString() @MinLength(1) readonly DATA_DIR: string = 'data';
  @IsString() @MinLength(1) readonly HOST: string = '127.0.0.1';
  /** 0 picks a free port. */
  @Type(() => Number) @IsInt() @Min(0) @Max(65_535) readonly PORT: number = 3000;
  /** Where the provider reaches the webhooks; its signatures are computed over it. Default: the listening address. */
  @IsOptional() @IsUrl(url) @withoutSlash readonly PUBLIC_URL?: string;

  /**
   * Threads of `npm start`: with 2, a second one does everything but the API. Only on embedded engines. Default: 2 where
   * there is more than one core.
   */
  @Type(() => Number) @IsInt() @Min(1) @Max(2) readonly THREADS: number = availableParallelism() > 1 ? 2 : 1;

  /** What this api serves: any of the four, separated by commas. */
  @Matches(new RegExp(`^(${surfaces.join('|')})(,(${surfaces.join('|')}))*$`), {
    message: `$property must be any of ${surfaces.join(', ')}, separated by commas`,
  })
  readonly API_SURFACES: string = surfaces.join(',');

  @IsIn(['embedded', 'eventstoredb']) readonly EVENT_STORE: string = 'embedded';
  @IsIn(['embedded', 'mongodb']) readonly READ_MODELS: string = 'embedded';
  @IsIn(['embedded', 'kafka']) readonly TOPICS: string = 'embedded';
  @IsIn(['emulator', 'twilio']) readonly SMS: string = 'emulator';
  @IsIn(['folder', 'smtp']) readonly EMAIL: string = 'folder';

  /** Connection string with user, password and TLS settings. */
  @IsOptional()
  @Matches(/^esdb(\+discover)?:\/\/[^/\s]+/, { message: notAUrl('esdb://host:2113') })
  readonly EVENTSTOREDB_URL?: string;
  /** Connection string with user, password, TLS settings and the name of the database. */
  @IsOptional()
  @Matches(/^mongodb(\+srv)?:\/\/[^/\s]+\/\w+/, { message: notAUrl('mongodb://host:27017/database') })
  readonly MONGODB_URL?: string;
  /** `host:port`, several separated by commas. */
  @IsOptional()
  @Matches(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, { message: notAUrl('host:9092,host:9092') })
  readonly KAFKA_BROKERS?: string;
  @IsOptional() @IsIn(['true', 'false']) readonly KAFKA_TLS?: string;
  /** PEM file of the authority that signed the brokers' certificates; default: the system's authorities. */
  @IsOptional() @IsString() @MinLength(1) readonly KAFKA_CA_FILE?: string;
  @IsOptional() @IsIn(['plain', 'scram-sha-256', 'scram-sha-512']) readonly KAFKA_SASL_MECHANISM?:
    'plain' | 'scram-sha-256' | 'scram-sha-512';
  @IsOptional() @IsString() @MinLength(1) readonly KAFKA_USERNAME?: string;
  @IsOptional() @IsString() @MinLength(1) readonly KAFKA_PASSWORD?: string;
  /** Prefix of the names of topics and groups, so that several installations can share one Kafka. */
  @IsOptional() @Matches(/^[\w.-]{1,100}$/) readonly KAFKA_PREFIX?: string;
  /** Ids of the programs that messages of other systems' topics may write into, separated by commas. Default: none. */
  @IsOptional()
  @Matches(/^[\w-]+(,[\w-]+)*$/, { message: '$property must be ids of programs, separated by commas' })
  readonly INBOUND_PROGRAMS?: string;
  /** Connection string of the mail server: `smtp://` or `smtps://`, with user and password. */
  @IsOptional()
  @Matches(/^smtps?:\/\/[^/\s]+/, { message: notAUrl('smtps://user:password@host:465') })
  readonly SMTP_URL?: string;
  /** Sender address of emails. */
  @IsOptional() @IsEmail() readonly SMTP_FROM?: string;

  /** Base URL of the provider; with SMS=emulator, of a separate emulator instead of one in this process. */
  @IsOptional() @IsUrl(url) @withoutSlash readonly TWILIO_API_URL?: string;
  /** Account of the sample program's sender. */
  @IsString() @MinLength(1) readonly TWILIO_ACCOUNT_SID: string = 'AC00000000000000000000000000005a3e';
  /** Number the sample program texts from, in E.164. */
  @Matches(/^\+[1-9]\d{6,14}$/) readonly TWILIO_SENDER_PHONE: string = '+14155550100';
  /** An empty token would let anybody sign a webhook. */
  @IsOptional() @IsString() @MinLength(16) readonly TWILIO_AUTH_TOKEN?: string;

  /** Shared secret of the access tokens (HS256), for development. Default: generated once, in the data folder. */
  @IsOptional() @IsString() @MinLength(32) readonly JWT_SECRET?: string;
  /** The former secret, during a rotation: its tokens are valid too. */
  @IsOptional() @IsString() @MinLength(32) readonly JWT_SECRET_PREVIOUS?: string;

  /**
   * The key that wraps all others: 32 bytes as Base64 or hexadecimal digits. With embedded read models the default is a
   * file in the data folder, created once.
   */
  @IsOptional() @IsMasterKey() readonly MASTER_KEY?: string;
  @IsOptional() @IsString() @MinLength(1) readonly MASTER_KEY_FILE?: string;
  /** The former master key, until a rotation is finished. */
  @IsOptional() @IsMasterKey() readonly MASTER_KEY_PREVIOUS?: string;
  @IsOptional() @IsString() @MinLength(1) readonly MASTER_KEY_PREVIOUS_FILE?: string;

  /** Time in ms within which a request must have arrived completely; otherwise it is ended. */
  @Type(() => Number) @IsInt() @Min(100) @Max(30_000) readonly REQUEST_TIMEOUT_MS: number = 20_000;
  /** Open connections; more are closed at once. */
  @Type(() => Number) @IsInt() @Min(1) readonly MAX_CONNECTIONS: number = 2_000;
  /** Highest cost of one GraphQL request: requested fields, multiplied by the requested rows. */
  @Type(() => Number) @IsInt() @Min(1) readonly GRAPHQL_COST_PER_REQUEST: number = 50_000;
  /** Highest cost of the GraphQL requests of one caller in a minute. */
  @Type(() => Number) @IsInt() @Min(1) readonly GRAPHQL_COST_PER_MINUTE: number = 500_000;
  /** Requests in a minute by one caller (any token), by all callers of a program, and from one client address. */
  @Type(() => Number) @IsInt() @Min(1) readonly REQUESTS_PER_TOKEN_PER_MINUTE: number = 1_200;
  @Type(() => Number) @IsInt() @Min(1) readonly REQUESTS_PER_PROGRAM_PER_MINUTE: number = 12_000;
  @Type(() => Number) @IsInt() @Min(1) readonly REQUESTS_PER_ADDRESS_PER_MINUTE: number = 3_000;
  /** Webhooks in a minute from one client address without a valid provider signature; valid ones have no limit. */
  @Type(() => Number) @IsInt() @Min(1) readonly FORGED_WEBHOOKS_PER_ADDRESS_PER_MINUTE: number = 60;
  /** Texts that staff and other systems may cause in a day (UTC), in a program and to one phone number. */
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_PER_PROGRAM_PER_DAY: number = 10_000;
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_PER_CONTACT_PER_DAY: number = 100;
  /**
   * Proxies whose X-Forwarded-For is trusted: addresses and networks, separated by commas. Without it the client
   * address is the socket's.
   */
  @IsOptional() @ValidateBy(proxies) readonly TRUST_PROXY?: string;
  /** Whether /explorer, /docs and /dev/mail are served. Default: in `npm start` with SMS=emulator. */
  @IsOptional() @IsIn(['true', 'false']) readonly DEVELOPER_PAGES?: string;

  /** Age in ms at which a claim without an outcome becomes uncertain; longer than a request may take. */
  @Type(() => Number) @IsInt() @Min(1_000) readonly CLAIM_TIMEOUT_MS: number = 30_000;
  /** Age in ms of a process's last renewal of its entry at which the others take over its leases. */
  @Type(() => Number) @IsInt() @Min(500) readonly TAKE_OVER_AFTER_MS: number = 5_000;
  /**
   * Into how many parts the followers are divided by program; the same in all processes. `admin partition` changes it
   * for existing data.
   */
  @Type(() => Number) @IsInt() @Min(1) @Max(256) readonly PARTITIONS: number = 1;
  /** Age in ms at which a message without a delivery counts as lost by the topic, and is published again. */
  @Type(() => Number) @IsInt() @Min(100) readonly UNDELIVERED_AFTER_MS: number = 120_000;
  /** Pause in ms between two rounds of the reconciler. */
  @Type(() => Number) @IsInt() @Min(100) readonly RECONCILE_EVERY_MS: number = 15_000;
  /** Pause in ms between two polls of the provider's list for missed inbound texts. */
  @Type(() => Number) @IsInt() @Min(100) readonly POLL_INBOUND_EVERY_MS: number = 60_000;
  /** A listed text younger than this, in ms, is left to its webhook. */
  @Type(() => Number) @IsInt() @Min(0) readonly POLL_INBOUND_GRACE_MS: number = 60_000;
  /** How much later in ms than a newer text an older one may appear in the provider's list and still be found. */
  @Type(() => Number) @IsInt() @Min(0) readonly POLL_INBOUND_OVERLAP_MS: number = 600_000;
  /** Concurrent calls of one notifier to the provider: in total, for one program, and for one of its accounts. */
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_AT_ONCE: number = 200;
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_AT_ONCE_PER_PROGRAM: number = 50;
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_AT_ONCE_PER_ACCOUNT: number = 10;
  /** Concurrent emails of one notifier: for all programs, and for one program. */
  @Type(() => Number) @IsInt() @Min(1) readonly EMAILS_AT_ONCE: number = 5;
  @Type(() => Number) @IsInt() @Min(1) readonly EMAILS_AT_ONCE_PER_PROGRAM: number = 3;
  /** Time-out in ms of a request to the provider. */
  @Type(() => Number) @IsInt() @Min(100) readonly TWILIO_TIMEOUT_MS: number = 10_000;
}

/** Settings for tests and load generators, which send more requests than people do. */
export const generousQuotas: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'GRAPHQL_COST_PER_MINUTE',
    'REQUESTS_PER_TOKEN_PER_MINUTE',
    'REQUESTS_PER_PROGRAM_PER_MINUTE',
    'REQUESTS_PER_ADDRESS_PER_MINUTE',
    'FORGED_WEBHOOKS_PER_ADDRESS_PER_MINUTE',
    'TEXTS_PER_PROGRAM_PER_DAY',
    'TEXTS_PER_CONTACT_PER_DAY',
  ].map((name) => [name, '1000000000']),
);
