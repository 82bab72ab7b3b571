//! What holds where each block starts, found by following every way forward.
//!
//! Always holds: [`entries`] ends, when what `join` makes of a state only grows, or only shrinks, and has an end
//! there; then what it gives holds on every way to the block.

use crate::{
    arena::Arena,
    ir::{Block, Edge, Function, Graph, Inst},
};

/// A question about a function that is answered by following its ways.
pub(super) trait Flow {
    /// What is known at a point; at the start of the function it is what is there by default.
    type State: Clone + Default;

    /// What an instruction makes of it.
    fn step(&self, inst: Inst, state: &mut Self::State);

    /// What going along edge `index` of a block's end makes of it.
    fn along(&self, _block: Block, _index: usize, _edge: &Edge, _state: &mut Self::State) {}

    /// Makes `known` what holds on another way, too; whether that changes it.
    fn join(&self, known: &mut Self::State, arriving: Self::State) -> bool;
}

/// The state where each block starts; `None` where no way leads.
pub(super) fn entries<F: Flow>(f: &Function, graph: &Graph, flow: &F) -> Arena<Block, Option<F::State>> {
    let mut entry = Arena::filled(f.block_count(), None);
    entry[f.entry()] = Some(F::State::default());
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for block in graph.order() {
            let Some(mut state): Option<F::State> = entry[*block].clone() else { continue };
            f.insts(*block).iter().for_each(|inst| flow.step(*inst, &mut state));
            for (index, edge) in f.end(*block).edges().enumerate() {
                let mut arriving = state.clone();
                flow.along(*block, index, edge, &mut arriving);
                match &mut entry[edge.block] {
                    Some(known) => changed |= flow.join(known, arriving),
                    unseen => (*unseen, changed) = (Some(arriving), true),
                }
            }
        }
    }
    entry
}
