/** What the tests use of it: it comes without types. */
declare module 'jstat' {
  const jstat: {
    readonly beta: { readonly inv: (p: number, a: number, b: number) => number };
    readonly binomial: { readonly pdf: (k: number, n: number, p: number) => number };
    readonly normal: { readonly cdf: (z: number, mean: number, deviation: number) => number };
    readonly poisson: { readonly pdf: (k: number, mean: number) => number };
  };
  export = jstat;
}
