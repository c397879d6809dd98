// Parts of a stranger's text inside our messages: cut, without what a terminal would obey, and without passwords.

const lengthMax = 80;

export function printable(text: string): string {
  const cut = text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
  return cut.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "�");
}

export function quote(text: string): string {
  return `"${printable(text)}"`;
}

/** A URL may carry a password: https://user:password@host. */
export function hideUserInfo(text: string): string {
  return text.replaceAll(/\/\/[^/@\s]*@/g, "//[redacted]@");
}
