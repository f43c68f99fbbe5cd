/** A request the provider refuses; answered as the provider's error JSON. */
export class RefusedRequest extends Error {
  constructor(
    readonly httpStatus: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }

  /** The body of the response. */
  toBody(): ProviderError {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${String(this.code)}`,
      status: this.httpStatus,
    };
  }
}

export type ProviderError = { code: number; message: string; more_info: string; status: number };

/** A wrong use of the emulator's own controls; answered 400 with the message. */
export class InvalidControl extends Error {}

export const notFound = (path: string): RefusedRequest =>
  new RefusedRequest(404, 20404, `The requested resource ${path} was not found`);

/** The provider's description of a delivery's error code. */
export function deliveryErrorMessage(code: number): string {
  return DELIVERY_ERRORS[code] ?? 'Unknown error';
}

const DELIVERY_ERRORS: Readonly<Record<number, string>> = {
  30001: 'Queue overflow',
  30002: 'Account suspended',
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
  30022: 'US A2P 10DLC - Rate limits exceeded',
  30034: 'US A2P 10DLC - Message from an unregistered number',
};
