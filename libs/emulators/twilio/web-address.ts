/** Whether something can be posted there or fetched from there. */
export const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:\/\//i.test(text);
