//! The control-flow graph of a function: reachable blocks in reverse postorder, predecessors,
//! immediate dominators. A snapshot: changes to the function's edges make it stale.

use super::{Block, Function};
use crate::arena::{Arena, Entity};

/// The graph.
pub struct Graph {
    order: Vec<Block>,
    /// The position in `order`; `usize::MAX` for unreachable blocks.
    position: Arena<Block, usize>,
    preds: Arena<Block, Vec<Block>>,
    idom: Arena<Block, Option<Block>>,
}

impl Graph {
    /// The graph of `function`.
    pub fn new(function: &Function) -> Self {
        let count = function.block_count();
        let order = reverse_postorder(function);
        let mut position = Arena::filled(count, usize::MAX);
        order.iter().enumerate().for_each(|(i, block)| position[*block] = i);
        let mut preds = Arena::filled(count, Vec::new());
        for block in &order {
            function.end(*block).edges().for_each(|edge| preds[edge.block].push(*block));
        }
        let idom = Arena::filled(count, None);
        let mut graph = Self { order, position, preds, idom };
        graph.find_dominators();
        graph
    }

    /// Reachable blocks, each before its successors but for those that a loop goes back to.
    pub fn order(&self) -> &[Block] {
        &self.order
    }

    /// Whether the block can be reached.
    pub fn reachable(&self, block: Block) -> bool {
        self.position[block] != usize::MAX
    }

    /// The position in [`order`](Self::order).
    pub fn position(&self, block: Block) -> usize {
        self.position[block]
    }

    /// The reachable blocks that go on to `block`; one that does so on both edges is there twice.
    pub fn preds(&self, block: Block) -> &[Block] {
        &self.preds[block]
    }

    /// The immediate dominator; `None` for the entry.
    pub fn idom(&self, block: Block) -> Option<Block> {
        self.idom[block]
    }

    /// Whether every path to `b` goes through `a`.
    pub fn dominates(&self, a: Block, b: Block) -> bool {
        let mut at = b;
        while self.position[at] > self.position[a] {
            match self.idom[at] {
                Some(up) => at = up,
                None => return false,
            }
        }
        at == a
    }

    /// The dominator tree's children of each block, in order.
    pub fn children(&self) -> Arena<Block, Vec<Block>> {
        let mut children = Arena::filled(self.position.len(), Vec::new());
        for block in &self.order {
            if let Some(up) = self.idom[*block] {
                children[up].push(*block);
            }
        }
        children
    }

    /// The algorithm of Cooper, Harvey and Kennedy.
    fn find_dominators(&mut self) {
        let mut changed = true;
        while std::mem::take(&mut changed) {
            for index in 1..self.order.len() {
                let block = self.order[index];
                let known = |p: &&Block| self.position[**p] == 0 || self.idom[**p].is_some();
                // The deepest first: where many ways out of a chain meet, each is one step up from the last.
                let preds = self.preds[block].iter().rev();
                let new = preds.filter(known).copied().reduce(|a, b| self.meet(a, b));
                if self.idom[block] != new {
                    self.idom[block] = new;
                    changed = true;
                }
            }
        }
    }

    fn meet(&self, mut a: Block, mut b: Block) -> Block {
        while a != b {
            let deeper = if self.position[a] > self.position[b] { &mut a } else { &mut b };
            match self.idom[*deeper] {
                Some(up) => *deeper = up,
                None => return self.order[0],
            }
        }
        a
    }
}

fn reverse_postorder(function: &Function) -> Vec<Block> {
    let mut seen = Arena::<Block, bool>::filled(function.block_count(), false);
    let mut order = Vec::with_capacity(function.block_count());
    let mut stack = vec![(function.entry(), 0)];
    seen[function.entry()] = true;
    while let Some((block, next)) = stack.last_mut() {
        // Later edges first, so that the first edge's block comes first in the reversed order.
        let edges: Vec<Block> = function.end(*block).edges().map(|edge| edge.block).collect();
        match edges.len().checked_sub(*next + 1).map(|index| edges[index]) {
            Some(successor) => {
                *next += 1;
                if !std::mem::replace(&mut seen[successor], true) {
                    stack.push((successor, 0));
                }
            }
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    debug_assert_eq!(order.first().map(|b| b.index()), Some(0));
    order
}
