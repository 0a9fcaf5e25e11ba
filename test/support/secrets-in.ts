/** What nobody may say, whoever it belongs to: tokens as the forge and issuers form them, keys. */
const FORMS: Readonly<Record<string, RegExp>> = {
  'an installation token': /ghs_[0-9a-f]{32}/,
  "a person's token": /ghp_[0-9a-f]{32}/,
  'a signed token': /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
  'a private key': /PRIVATE KEY/,
};

/** What of the secrets, and of all that has a secret's form, stands where: `<what> in <place>`, without the secret. */
export function secretsIn(
  said: ReadonlyMap<string, string>,
  secrets: readonly (readonly [what: string, secret: string])[],
): readonly string[] {
  const found = [...said].flatMap(([place, text]) => [
    ...secrets.flatMap(([what, secret]) => (text.includes(secret) ? [`${what} in ${place}`] : [])),
    ...Object.entries(FORMS).flatMap(([what, form]) => (form.test(text) ? [`${what} in ${place}`] : [])),
  ]);
  return [...new Set(found)];
}
