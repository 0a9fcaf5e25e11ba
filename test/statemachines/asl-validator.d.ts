// The package ships no declarations of its own.
declare module 'asl-validator' {
  function validate(definition: Readonly<Record<string, unknown>>): { readonly errors: readonly unknown[] };
  export = validate;
}
