/** The server's rule for a new password, told before it is sent: 10 to 72 long, three of the four kinds, without the login. True when it is good. */
export function passwordGood(password: string, login: string): boolean {
  if (password.length < 10 || password.length > 72) return false;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  return kinds >= 3 && (login === '' || !password.toLowerCase().includes(login.toLowerCase()));
}
