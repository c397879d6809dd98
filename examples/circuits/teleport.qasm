// Teleportation: a state moves from one qubit to another through two classical bits, with corrections that depend on them.
// The receiver undoes the preparation, so expect `received` = 0 in every shot; the two bits of `sent` are random.
// A count reads "received sent": 0 00, 0 01, 0 10 and 0 11, about a quarter of the shots each.
OPENQASM 3.0;
include "stdgates.inc";

qubit message;
qubit[2] pair;
bit[2] sent;
bit[1] received;

// The state that travels.
U(0.3, 0.2, 0.1) message;

// A Bell pair between sender and receiver.
h pair[0];
cx pair[0], pair[1];

// The sender measures the message against its half of the pair.
cx message, pair[0];
h message;
sent[0] = measure message;
sent[1] = measure pair[0];

// The receiver corrects its half.
if (sent[1] == 1) {
  x pair[1];
}
if (sent[0] == 1) {
  z pair[1];
}

inv @ U(0.3, 0.2, 0.1) pair[1];
received[0] = measure pair[1];
