// Randomness, handed in: a simulation has a seeded one.
export interface Random {
  bytes(count: number): Uint8Array;
}
