/** The value of an environment variable. Throws an Error that names it when it is missing or empty: the function must not start half set up. */
export function required(name: string): string {
  const value = optional(name, '');
  if (value === '') throw new Error(`the environment variable ${name} is missing`);
  return value;
}

/** The value of an environment variable, or what stands for it when it is missing. */
export function optional(name: string, otherwise: string): string {
  // biome-ignore lint/style/noProcessEnv: the one place that reads the environment
  return process.env[name] ?? otherwise;
}

/** How many times faster than the clock the waits run: 1 on AWS, up to 10 on the laptop. Throws an Error otherwise. */
export function timeFactor(): number {
  const factor = Number(optional('HOLDFAST_TIME_FACTOR', '1'));
  if (!(factor >= 1 && factor <= 10)) throw new Error('HOLDFAST_TIME_FACTOR must be between 1 and 10');
  return factor;
}

/** Makes a value at its first use and keeps it for the life of the container. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
