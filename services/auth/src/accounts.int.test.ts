import { decodeEvent } from '@gavel/proto/events';
import { UserCreatedSchema } from '@gavel/proto/gen/auth/v1/events_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, newEmail } from './testing/auth-client.ts';
import { type AuthUnderTest, startAuthUnderTest } from './testing/auth-under-test.ts';

let auth: AuthUnderTest;
beforeAll(async () => {
  auth = await startAuthUnderTest();
});
afterAll(() => auth.stop());

const person = {
  password: 'correct horse',
  fullName: 'Ann Lee',
  countryCode: 'de',
  phoneNumber: '+49 30 1234',
};

describe('registering', () => {
  it('stores the account and appends its UserCreated with sequence 1 in the same transaction', async () => {
    const email = newEmail();
    const answer = await auth.call('Register', { ...person, email: email.toUpperCase() });
    expect(answer.status).toBe(200);
    const { rows } = await auth.pool.query(
      `SELECT o.type, o.subject, o.sequence, o.body, o.time, u.created_at, o.xmin = u.xmin AS same_transaction
       FROM outbox o JOIN users u ON u.id::text = o.aggregate_id WHERE u.id = $1`,
      [answer.body.userId],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      type: 'auth.v1.UserCreated',
      subject: `gavel.auth.user_created.${answer.body.userId}`,
      sequence: 1n,
      same_transaction: true,
      time: rows[0].created_at,
    });
    expect(decodeEvent(UserCreatedSchema, rows[0].body)).toMatchObject({
      ok: true,
      body: {
        userId: answer.body.userId,
        email,
        fullName: 'Ann Lee',
        countryCode: 'DE',
        createdAt: rows[0].created_at.toISOString(),
      },
    });
  });

  it('creates one account for concurrent sign-ups with one e-mail address, and the others get EMAIL_TAKEN', async () => {
    const email = newEmail();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => auth.call('Register', { ...person, email })),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    const refused = answers.filter((answer) => answer.status !== 200);
    expect(new Set(refused.map((answer) => `${answer.status} ${answer.reason}`))).toEqual(
      new Set(['409 EMAIL_TAKEN']),
    );
    const { rows } = await auth.pool.query(
      `SELECT (SELECT count(*) FROM users WHERE email = $1) AS users,
              (SELECT count(*) FROM outbox WHERE aggregate_id = $2) AS events`,
      [email, answers.find((answer) => answer.status === 200)?.body.userId],
    );
    expect(rows).toEqual([{ users: 1n, events: 1n }]);
  });

  it('ignores the letter case of e-mail addresses, and so does signing in', async () => {
    const account = await auth.signUp();
    const shouted = account.email.toUpperCase();
    expect((await auth.call('Register', { ...person, email: shouted })).reason).toBe('EMAIL_TAKEN');
    const answer = await auth.call('Login', { email: ` ${shouted} `, password: account.password });
    expect(answer.status).toBe(200);
    await expect(
      auth.pool.query(`INSERT INTO users (id, email, password_hash, full_name)
        SELECT gen_random_uuid(), upper(email), 'x', 'x' FROM users`),
    ).rejects.toMatchObject({ code: '23505', constraint: 'users_email_key' });
  });

  it.each([
    ['email', { email: 'not an address' }],
    ['password', { password: 'short' }],
    ['password', { password: 'Password' }],
    ['password', { password: 'aaaaaaaa' }],
    ['password', { password: 'Ann Lee 1' }],
    ['full_name', { fullName: ' ' }],
    ['full_name', { fullName: '\u0000' }],
    ['full_name', { fullName: '\ufeff' }],
    ['full_name', { fullName: '\u202eAnn' }],
    ['country_code', { countryCode: 'DEU' }],
    ['phone_number', { phoneNumber: 'call me' }],
  ])('names the field %s when it is invalid: %j', async (field, change) => {
    const answer = await auth.call('Register', { ...person, email: newEmail(), ...change });
    expect(answer.reason).toBe('INVALID_FIELD');
    expect(Object.keys(answer.metadata ?? {})).toEqual([field]);
  });

  it('stores passwords only as Argon2id hashes', async () => {
    const account = await auth.signUp();
    const { rows } = await auth.pool.query('SELECT to_jsonb(u)::text AS row FROM users u WHERE id = $1', [
      account.userId,
    ]);
    expect(rows[0].row).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
    expect(rows[0].row).not.toContain(account.password);
  });
});

describe('signing in', () => {
  it('gives the same answer for a wrong password as for an unknown e-mail address', async () => {
    const { email } = await auth.signUp();
    const wrong = await auth.call('Login', { email, password: 'wrong' });
    const unknown = await auth.call('Login', { email: newEmail(), password: 'wrong' });
    const strange = await auth.call('Login', { email: 'a\u0000@example.com', password: 'wrong' });
    expect(wrong).toMatchObject({ status: 401, reason: 'BAD_CREDENTIALS' });
    expect(unknown).toEqual(wrong);
    expect(strange).toEqual(wrong);
  });

  it('answers all requests of a burst that is larger than the hashing capacity', async () => {
    const account = await auth.signUp();
    const { email, password } = account;
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => auth.call('Login', { email, password })),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
  });

  it('answers UNAVAILABLE when the hash queue is full, and answers the other requests', async () => {
    const small = await auth.startAnother({ AUTH_HASH_CONCURRENCY: '1', AUTH_HASH_QUEUE: '2' });
    const { email, password } = await auth.signUp();
    const login = () => small.call('Login', { email, password });
    const answers = await Promise.all(Array.from({ length: 20 }, login));
    const kinds = new Set(answers.map(({ status, reason }) => `${status} ${reason ?? 'ok'}`));
    expect(kinds).toEqual(new Set(['200 ok', '503 UNAVAILABLE']));
    expect((await login()).status).toBe(200);
  });
});

describe('a profile', () => {
  it('is returned only with a valid access token', async () => {
    const { userId } = await auth.signUp();
    for (const request of [{}, { userId }]) {
      for (const headers of [{}, bearer('nonsense')]) {
        const answer = await auth.call('GetProfile', request, headers);
        expect(answer).toMatchObject({ status: 401, reason: 'UNAUTHENTICATED' });
      }
    }
  });

  it('contains the e-mail address only for its owner', async () => {
    const [ann, bob] = [await auth.signUp({ countryCode: 'fr' }), await auth.signUp({ fullName: 'Bob' })];
    const token = bearer((await auth.signIn(ann)).accessToken);
    const own = { id: ann.userId, email: ann.email, fullName: 'Ann Lee', countryCode: 'FR' };
    const mine = await auth.call('GetProfile', {}, token);
    expect(mine.body).toMatchObject(own);
    expect(Date.parse(String(mine.body.createdAt))).not.toBeNaN();
    expect((await auth.call('GetProfile', { userId: ann.userId }, token)).body).toMatchObject(own);
    const other = await auth.call('GetProfile', { userId: bob.userId }, token);
    expect(other.body).toMatchObject({ id: bob.userId, fullName: 'Bob' });
    expect(JSON.stringify(other.body)).not.toContain('@');
  });

  it.each(['nonsense', '00000000-0000-7000-8000-000000000000', "'; --"])(
    'of an unknown or malformed id (%s) is USER_NOT_FOUND',
    async (userId) => {
      const token = bearer((await auth.signIn(await auth.signUp())).accessToken);
      const answer = await auth.call('GetProfile', { userId }, token);
      expect(answer).toMatchObject({ status: 404, reason: 'USER_NOT_FOUND' });
    },
  );
});

describe('an unexpected error', () => {
  it('is INTERNAL without its text, for every method', async () => {
    const account = await auth.signUp();
    const { accessToken, refreshToken } = await auth.signIn(account);
    await auth.pool.query(
      'ALTER TABLE users RENAME TO hidden; ALTER TABLE refresh_tokens RENAME TO hidden_too',
    );
    try {
      const answers = [
        await auth.call('Register', { ...person, email: newEmail() }),
        await auth.call('Login', { email: account.email, password: account.password }),
        await auth.refresh(refreshToken),
        await auth.call('Logout', { refreshToken }),
        await auth.call('GetProfile', {}, bearer(accessToken)),
      ];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 500, reason: 'INTERNAL' });
        expect(JSON.stringify(answer.body)).not.toMatch(
          /relation|users|refresh_tokens|select|insert|hidden/i,
        );
      }
    } finally {
      await auth.pool.query(
        'ALTER TABLE hidden RENAME TO users; ALTER TABLE hidden_too RENAME TO refresh_tokens',
      );
    }
  });

  it('is UNAVAILABLE, and nothing was changed, while the database refuses connections', async () => {
    const unavailable = await auth.startAnother({ DATABASE_URL: 'postgresql://auth@127.0.0.1:1/gavel_auth' });
    const answers = [
      await unavailable.call('Register', { ...person, email: newEmail() }),
      await unavailable.call('Login', { email: newEmail(), password: 'whatever' }),
      await unavailable.refresh('some token'),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 503, reason: 'UNAVAILABLE' });
      expect(answer.metadata).not.toHaveProperty('outcome');
      expect(JSON.stringify(answer.body)).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
    }
  });
});
