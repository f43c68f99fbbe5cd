/**
 * Where the provider reaches us: the configured URL, or the listening address of the API. Never taken from a request's
 * Host or forwarding headers: signatures are computed over it.
 */
export class PublicAddress {
  /** Without a trailing slash. */
  readonly url: Promise<string>;
  private resolve: (url: string) => void = () => undefined;

  constructor(configured: string | undefined) {
    this.url =
      configured === undefined ? new Promise((resolve) => (this.resolve = resolve)) : Promise.resolve(configured);
  }

  /** Has no effect when a URL is configured. */
  listeningOn(url: string): void {
    this.resolve(url);
  }
}
