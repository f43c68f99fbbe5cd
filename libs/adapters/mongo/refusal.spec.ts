import { MongoServerError } from 'mongodb';
import { refusalOf } from './connection.js';

const saying = (code: number): MongoServerError => new MongoServerError({ code, errmsg: 'user rita with s3cret' });

it.each([
  [18, 'MongoDB: wrong user or password'],
  [8000, 'MongoDB: wrong user or password'],
  [13, expect.stringContaining('readWrite')],
])("U3: code %d of MongoDB is an operator's error, without the server's message", (code, message) => {
  expect(refusalOf(saying(code))).toMatchObject({ name: 'AccessRefused', message });
  expect(String(refusalOf(saying(code)))).not.toMatch(/rita|s3cret/);
});

it.each([11000, 189])('code %d is not', (code) => expect(refusalOf(saying(code))).toBeNull());
