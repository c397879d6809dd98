// The channels of the noise model as values: how relaxation and depolarizing follow from calibrated figures, and their Kraus operators.
//
// Conventions (those of Qiskit Aer, noise/errors/standard_errors.py and noise/device/parameters.py):
// a depolarizing channel of rate p is E(rho) = (1-p) rho + p I/d, d = 2^n: p is spread over all 4^n Paulis, the identity included. (Stim's
// DEPOLARIZE(q) spreads q over the 4^n - 1 others: q = p (1 - 1/4^n).)

/** Amplitude damping and dephasing of one qubit over some time. */
export interface Relaxation {
  /** 1 - e^(-t/T1): how far populations have gone towards equilibrium. */
  readonly decay: number;
  /** e^(-t/T2): what is left of the off-diagonal entries. */
  readonly coherence: number;
  /** Probability of |1> in equilibrium. */
  readonly excited: number;
}

/** Compiled into WASM for runs, so that every engine computes the same bits. */
export type Exponential = (power: number) => number;

/**
 * Times in one unit; infinite where not measured. T2 is truncated to 2 T1, beyond which pure dephasing would be negative.
 * Source: the Bloch equations; Nielsen and Chuang 2010, section 8.3.5 and 8.3.6.
 */
export function relaxation(t1: number, t2: number, time: number, exp: Exponential, excited = 0): Relaxation {
  return { decay: 1 - exp(-time / t1), coherence: exp(-time / Math.min(t2, 2 * t1)), excited };
}

/**
 * Entanglement fidelity with the identity, tr(S)/4 of the superoperator S: the Pauli transfer matrix has 1, c, c and 1 - decay on its diagonal.
 * That of channels side by side is the product of theirs.
 */
function entanglementFidelity({ decay, coherence }: Relaxation): number {
  return (2 + 2 * coherence - decay) / 4;
}

/**
 * Rate of the depolarizing channel that, with the relaxations of the gate's qubits before or after it, makes 1 - average fidelity exactly `errorRate`:
 * p = d (e - e_relax) / (d F_relax - 1), where F_relax = 1 - e_relax is the average fidelity of relaxation alone. 0 where relaxation alone
 * is worse already; at most 4^n / (4^n - 1), beyond which the channel is not completely positive.
 * Source: Qiskit Aer, noise/device/models.py, _device_depolarizing_error; F_avg = (d F_ent + 1) / (d + 1): Horodecki et al. 1999,
 * arXiv:quant-ph/9807091.
 */
export function depolarizingRate(errorRate: number, relaxations: readonly Relaxation[]): number {
  const dimension = 2 ** relaxations.length;
  const fidelity = relaxations.reduce((product, one) => product * entanglementFidelity(one), 1);
  const averageFidelity = (dimension * fidelity + 1) / (dimension + 1);
  const excess = errorRate - (1 - averageFidelity);
  if (excess <= 0) return 0;
  const paulis = dimension * dimension;
  return Math.min((dimension * excess) / (dimension * averageFidelity - 1), paulis / (paulis - 1));
}

/** Trajectories choose one of these: `operator` acts, up to a factor that makes the state's norm the outcome's probability. */
export interface Unravelling {
  /** Diagonal of the operator of the outcome "nothing happened", whose square sums to the probability below. */
  readonly calm: readonly [number, number];
  /** Whether calm is a multiple of the identity: then the probability of an event does not depend on the state. */
  readonly isStateIndependent: boolean;
  /** Real 2 x 2 operators of the events, row-major; with calm a Kraus decomposition of the channel. */
  readonly events: readonly (readonly [number, number, number, number])[];
}

// A channel is unravelled independently of the state while that makes at most this many times the events of the other way: without it, each
// event costs reading the norm of the state a few times. It holds up to T2 = 1.72 T1; between 2.5 and 9 the time of a run does not change.
const eventExcessMax = 4;

/**
 * Kraus operators of relaxation, chosen so that the commonest costs least. With d = 1 - c, the largest multiple 1 - q of the identity that can be
 * split off the channel leaves a positive Choi matrix: q = (d^2 - x (1-x) g^2) / (2 d - g) for decay g, equilibrium x. What is left has rank 3:
 * a diagonal and the two jumps. Near T2 = 2 T1 there is next to nothing of the identity in the channel, and the no-jump operator of the
 * quantum-jump method is taken instead. (Dalibard, Castin and Molmer 1992, doi:10.1103/PhysRevLett.68.580.)
 */
export function unravel({ decay, coherence, excited }: Relaxation): Unravelling {
  const up = excited * decay;
  const down = decay - up;
  const lost = 1 - coherence;
  const zeroLeft = Math.sqrt(1 - up);
  const oneLeft = Math.sqrt(1 - down);
  // Phase flips that bring the coherence of the no-jump operator down to that of the channel.
  const flipRate = zeroLeft * oneLeft === 0 ? 0 : Math.max(0, (1 - coherence / (zeroLeft * oneLeft)) / 2);
  const jumps = [
    [0, Math.sqrt(down), 0, 0],
    [0, 0, Math.sqrt(up), 0],
  ] as const;
  const spare = 2 * lost - decay;
  const eventRate = spare > 0 ? (lost * lost - up * down) / spare : Number.POSITIVE_INFINITY;
  if (lost === 0 && decay === 0) return { calm: [1, 1], isStateIndependent: true, events: [] };
  if (eventRate <= 1 && eventRate <= eventExcessMax * (decay / 2 + flipRate)) {
    const calm = Math.sqrt(1 - eventRate);
    // Rank 1: zero^2 = q - x g, and zero * one is what is left of the coherence.
    const zero = Math.sqrt(eventRate - up);
    const one = (eventRate - lost) / zero;
    return { calm: [calm, calm], isStateIndependent: true, events: significant([[zero, 0, 0, one], ...jumps]) };
  }
  const calm = Math.sqrt(1 - flipRate);
  const flip = Math.sqrt(flipRate);
  return {
    calm: [calm * zeroLeft, calm * oneLeft],
    isStateIndependent: false,
    events: significant([[flip * zeroLeft, 0, 0, -flip * oneLeft], ...jumps]),
  };
}

function significant(events: Unravelling["events"]): Unravelling["events"] {
  return events.filter((entries) => entries.some((entry) => entry !== 0));
}

/** Superoperator on (ket, bra), index = ket + 2 bra, row-major real 4 x 4. */
export function relaxationSuperoperator({ decay, coherence, excited }: Relaxation): readonly number[] {
  const up = excited * decay;
  const down = decay - up;
  return [1 - up, 0, 0, down, 0, coherence, 0, 0, 0, 0, coherence, 0, up, 0, 0, 1 - down];
}

export function depolarizingSuperoperator(rate: number): readonly number[] {
  return [1 - rate / 2, 0, 0, rate / 2, 0, 1 - rate, 0, 0, 0, 0, 1 - rate, 0, rate / 2, 0, 0, 1 - rate / 2];
}

/** Probability of each Pauli but the identity in a depolarizing channel; the identity has the rest. */
export function pauliRate(rate: number, qubitCount: number): number {
  return rate / 4 ** qubitCount;
}
