import 'reflect-metadata';
import { isIP } from 'node:net';
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

/** The value is left out: it may hold a password. */
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

/** Parts of the API that can be served by processes of their own. */
const surfaces = ['commands', 'queries', 'webhooks', 'portal'] as const;
export type Surface = (typeof surfaces)[number];

/** Everything that can be set from outside; each field is an environment variable of the same name. */
export class Configuration {
  /** Folder of the embedded engines, the mail folder and the development secret. */
  @IsString() @MinLength(1) readonly DATA_DIR: string = 'data';
  @IsString() @MinLength(1) readonly HOST: string = '127.0.0.1';
  /** 0 picks a free port. */
  @Type(() => Number) @IsInt() @Min(0) @Max(65_535) readonly PORT: number = 3000;
  /** Where the provider reaches the webhooks: what its signatures are computed over. Default: the address listened on. */
  @IsOptional() @IsUrl(url) @withoutSlash readonly PUBLIC_URL?: string;

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

  /** Connection string with user, password and TLS settings in it. */
  @IsOptional()
  @Matches(/^esdb(\+discover)?:\/\/[^/\s]+/, { message: notAUrl('esdb://host:2113') })
  readonly EVENTSTOREDB_URL?: string;
  /** Connection string with user, password, TLS settings and the database's name in it. */
  @IsOptional()
  @Matches(/^mongodb(\+srv)?:\/\/[^/\s]+\/\w+/, { message: notAUrl('mongodb://host:27017/database') })
  readonly MONGODB_URL?: string;
  /** `host:port`, several separated by commas. */
  @IsOptional()
  @Matches(/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/, { message: notAUrl('host:9092,host:9092') })
  readonly KAFKA_BROKERS?: string;
  @IsOptional() @IsIn(['true', 'false']) readonly KAFKA_TLS?: string;
  /** PEM file of the authority that signed the brokers' certificates; without it, those the system trusts. */
  @IsOptional() @IsString() @MinLength(1) readonly KAFKA_CA_FILE?: string;
  @IsOptional() @IsIn(['plain', 'scram-sha-256', 'scram-sha-512']) readonly KAFKA_SASL_MECHANISM?:
    'plain' | 'scram-sha-256' | 'scram-sha-512';
  @IsOptional() @IsString() @MinLength(1) readonly KAFKA_USERNAME?: string;
  @IsOptional() @IsString() @MinLength(1) readonly KAFKA_PASSWORD?: string;
  /** Put before the names of topics and groups, so that several installations share one Kafka. */
  @IsOptional() @Matches(/^[\w.-]{1,100}$/) readonly KAFKA_PREFIX?: string;
  /** Connection string of the mail server: `smtp://` or `smtps://`, user and password in it. */
  @IsOptional()
  @Matches(/^smtps?:\/\/[^/\s]+/, { message: notAUrl('smtps://user:password@host:465') })
  readonly SMTP_URL?: string;
  /** Address that emails come from. */
  @IsOptional() @IsEmail() readonly SMTP_FROM?: string;

  /** Base URL of the provider; with SMS=emulator, of an emulator that runs elsewhere instead of one in this process. */
  @IsOptional() @IsUrl(url) @withoutSlash readonly TWILIO_API_URL?: string;
  /** Account of the sample program's sender. */
  @IsString() @MinLength(1) readonly TWILIO_ACCOUNT_SID: string = 'AC00000000000000000000000000005a3e';
  /** Number the sample program texts from, in E.164. */
  @Matches(/^\+[1-9]\d{6,14}$/) readonly TWILIO_SENDER_PHONE: string = '+14155550100';
  /** An empty token would let anybody sign a webhook. */
  @IsOptional() @IsString() @MinLength(16) readonly TWILIO_AUTH_TOKEN?: string;

  /** Shared secret of the access tokens (HS256), for development. Default: made once and kept in the data folder. */
  @IsOptional() @IsString() @MinLength(32) readonly JWT_SECRET?: string;
  /** The secret before JWT_SECRET, during a rotation: its tokens are valid too. */
  @IsOptional() @IsString() @MinLength(32) readonly JWT_SECRET_PREVIOUS?: string;

  /** The key that wraps all others: 32 bytes as Base64 or hexadecimal digits. With embedded read models the default is a file in the data folder, made once. */
  @IsOptional() @IsMasterKey() readonly MASTER_KEY?: string;
  @IsOptional() @IsString() @MinLength(1) readonly MASTER_KEY_FILE?: string;
  /** The master key before it, while a rotation has not ended. */
  @IsOptional() @IsMasterKey() readonly MASTER_KEY_PREVIOUS?: string;
  @IsOptional() @IsString() @MinLength(1) readonly MASTER_KEY_PREVIOUS_FILE?: string;

  /** Time in ms within which a request must have arrived whole; one that has not is ended. */
  @Type(() => Number) @IsInt() @Min(100) @Max(30_000) readonly REQUEST_TIMEOUT_MS: number = 20_000;
  /** Open connections; more are closed at once. */
  @Type(() => Number) @IsInt() @Min(1) readonly MAX_CONNECTIONS: number = 2_000;
  /** What one GraphQL request may cost: fields asked for, multiplied by the rows they are asked for. */
  @Type(() => Number) @IsInt() @Min(1) readonly GRAPHQL_COST_PER_REQUEST: number = 50_000;
  /** What the GraphQL requests of one caller may cost in a minute. */
  @Type(() => Number) @IsInt() @Min(1) readonly GRAPHQL_COST_PER_MINUTE: number = 500_000;
  /** Requests in a minute of one caller (by whatever token), of one program's callers together, and from one client address. */
  @Type(() => Number) @IsInt() @Min(1) readonly REQUESTS_PER_TOKEN_PER_MINUTE: number = 1_200;
  @Type(() => Number) @IsInt() @Min(1) readonly REQUESTS_PER_PROGRAM_PER_MINUTE: number = 12_000;
  @Type(() => Number) @IsInt() @Min(1) readonly REQUESTS_PER_ADDRESS_PER_MINUTE: number = 3_000;
  /** Webhooks from one client address in a minute that are not signed by the provider; those that are have no limit. */
  @Type(() => Number) @IsInt() @Min(1) readonly FORGED_WEBHOOKS_PER_ADDRESS_PER_MINUTE: number = 60;
  /** Texts that staff and other systems may cause in a day (UTC), in a program and to one phone number. */
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_PER_PROGRAM_PER_DAY: number = 10_000;
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_PER_CONTACT_PER_DAY: number = 100;
  /** Proxies whose X-Forwarded-For is believed: addresses and networks, separated by commas. Without it the client address is the socket's. */
  @IsOptional() @ValidateBy(proxies) readonly TRUST_PROXY?: string;
  /** Whether the pages for developers are served: /explorer, /docs and /dev/mail. Default: in `npm start` with SMS=emulator. */
  @IsOptional() @IsIn(['true', 'false']) readonly DEVELOPER_PAGES?: string;

  /** Age in ms after which a claim without an outcome counts as uncertain; longer than a request may take. */
  @Type(() => Number) @IsInt() @Min(1_000) readonly CLAIM_TIMEOUT_MS: number = 30_000;
  /** Age in ms of a worker's last sign of life after which another process takes over what it followed. */
  @Type(() => Number) @IsInt() @Min(500) readonly TAKE_OVER_AFTER_MS: number = 5_000;
  /** Age in ms after which a message without a delivery counts as lost by the topic, and is published to it again. */
  @Type(() => Number) @IsInt() @Min(100) readonly UNDELIVERED_AFTER_MS: number = 120_000;
  /** Pause in ms between two rounds of the reconciler. */
  @Type(() => Number) @IsInt() @Min(100) readonly RECONCILE_EVERY_MS: number = 15_000;
  /** Pause in ms between two looks at the provider's list for inbound texts that no webhook brought. */
  @Type(() => Number) @IsInt() @Min(100) readonly POLL_INBOUND_EVERY_MS: number = 60_000;
  /** Age in ms before which a listed text is left to its webhook. */
  @Type(() => Number) @IsInt() @Min(0) readonly POLL_INBOUND_GRACE_MS: number = 60_000;
  /** How much later in ms than a newer text an older one may appear in the provider's list and is still found. */
  @Type(() => Number) @IsInt() @Min(0) readonly POLL_INBOUND_OVERLAP_MS: number = 600_000;
  /** Texts that one notifier hands to the provider at once: of all programs, of one program, and of one provider account in it. */
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_AT_ONCE: number = 200;
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_AT_ONCE_PER_PROGRAM: number = 50;
  @Type(() => Number) @IsInt() @Min(1) readonly TEXTS_AT_ONCE_PER_ACCOUNT: number = 10;
  /** Emails that one notifier hands to the mail server at once: of all programs, and of one program. */
  @Type(() => Number) @IsInt() @Min(1) readonly EMAILS_AT_ONCE: number = 5;
  @Type(() => Number) @IsInt() @Min(1) readonly EMAILS_AT_ONCE_PER_PROGRAM: number = 3;
  /** Time limit in ms of a request to the provider. */
  @Type(() => Number) @IsInt() @Min(100) readonly TWILIO_TIMEOUT_MS: number = 10_000;
}

/** Settings for tests and load generators, which ask for more than people do. */
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
