export { type Checkpoint, formatCheckpoint, parseCheckpoint, signCheckpoint, verifyCheckpoint } from './checkpoint.ts';
export { appendLeaf, type CompactRange, compactRange, emptyRange, rootOf } from './compact-range.ts';
export { type MerkleCode, MerkleError } from './error.ts';
export { emptyRoot, type Hash, leafHash, nodeHash, sameHash } from './hash.ts';
export { formatNoteKey, type NoteKey, noteKey, parseNoteKey, signNote, verifyNote } from './note.ts';
export { createTree, type MerkleTree } from './tree.ts';
export { type Consistency, type Inclusion, verifyConsistency, verifyInclusion } from './verify.ts';
