import 'reflect-metadata';
import { plainToInstance, Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength, validateSync } from 'class-validator';

const url = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };
const withoutSlash = Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.replace(/\/+$/, '') : value));

/** Everything that can be set from outside; each field is an environment variable of the same name. */
export class Configuration {
  /** Folder of the embedded engines, the mail folder and the development secret. */
  @IsString() @MinLength(1) readonly DATA_DIR: string = 'data';
  @IsString() @MinLength(1) readonly HOST: string = '127.0.0.1';
  /** 0 picks a free port. */
  @Type(() => Number) @IsInt() @Min(0) @Max(65_535) readonly PORT: number = 3000;
  /** Where the provider reaches the webhooks: what its signatures are computed over. Default: the address listened on. */
  @IsOptional() @IsUrl(url) @withoutSlash readonly PUBLIC_URL?: string;

  @IsIn(['embedded']) readonly EVENT_STORE: string = 'embedded';
  @IsIn(['embedded']) readonly READ_MODELS: string = 'embedded';
  @IsIn(['embedded']) readonly TOPICS: string = 'embedded';
  @IsIn(['emulator', 'twilio']) readonly SMS: string = 'emulator';
  @IsIn(['folder']) readonly EMAIL: string = 'folder';

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

  /** Age in ms after which a claim without an outcome counts as uncertain; longer than a request may take. */
  @Type(() => Number) @IsInt() @Min(1_000) readonly CLAIM_TIMEOUT_MS: number = 30_000;
  /** Pause in ms between two rounds of the reconciler. */
  @Type(() => Number) @IsInt() @Min(100) readonly RECONCILE_EVERY_MS: number = 15_000;
  /** Time limit in ms of a request to the provider. */
  @Type(() => Number) @IsInt() @Min(100) readonly TWILIO_TIMEOUT_MS: number = 10_000;
}

/** @throws InvalidConfiguration naming each variable that is wrong */
export function loadConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const names = Object.keys(new Configuration()).concat('PUBLIC_URL', 'TWILIO_API_URL', 'TWILIO_AUTH_TOKEN', 'JWT_SECRET');
  const given = Object.fromEntries(names.filter((name) => environment[name] !== undefined).map((name) => [name, environment[name]]));
  const configuration = plainToInstance(Configuration, given, { exposeDefaultValues: true });
  const problems = validateSync(configuration).flatMap(({ constraints }) => Object.values(constraints ?? {}));
  if (configuration.SMS === 'twilio' && !configuration.TWILIO_AUTH_TOKEN) problems.push('TWILIO_AUTH_TOKEN must be given with SMS=twilio');
  for (const name of ['TWILIO_ACCOUNT_SID', 'TWILIO_SENDER_PHONE']) if (configuration.SMS === 'twilio' && given[name] === undefined) problems.push(`${name} must be given with SMS=twilio`);
  if (configuration.SMS === 'twilio' && configuration.TWILIO_API_URL) problems.push('TWILIO_API_URL is for SMS=emulator: with SMS=twilio texts go to the provider');
  if (configuration.SMS === 'twilio' && !configuration.PUBLIC_URL) problems.push('PUBLIC_URL must be given with SMS=twilio: the provider signs it');
  if (configuration.CLAIM_TIMEOUT_MS <= configuration.TWILIO_TIMEOUT_MS) problems.push('CLAIM_TIMEOUT_MS must be longer than TWILIO_TIMEOUT_MS');
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return Object.freeze(configuration);
}

export class InvalidConfiguration extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidConfiguration';
  }
}
