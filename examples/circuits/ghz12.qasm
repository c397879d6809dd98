// A GHZ state of twelve qubits: one superposition of all zeros and all ones, grown along a line.
// Expect about half of the shots 000000000000 and half 111111111111, nothing else.
OPENQASM 3.0;
include "stdgates.inc";

const int n = 12;
qubit[n] q;
bit[n] c;

h q[0];
for int i in [0 : n - 2] {
  cx q[i], q[i + 1];
}
c = measure q;
