/** Whether something can be posted to or fetched from this address. */
export const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:\/\//i.test(text);
