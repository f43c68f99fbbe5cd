/** The server that the specs share; each looks at names of its own. @throws when none is given: a suite is not skipped in silence */
export function mongoUrl(): string {
  const url = process.env['MONGODB_URL'];
  if (!url) throw new Error('MONGODB_URL is not set; `npm run engines -- up` starts the servers and says it');
  return url;
}
