import { MongoClient } from 'mongodb';

/** Drops the database that the URL names. */
export async function dropDatabase(url: string): Promise<void> {
  const client = new MongoClient(url);
  await client.db().dropDatabase();
  await client.close();
}
