//! Variables to values, block by block.

use std::collections::HashMap;

use crate::{
    hir::VarId,
    ir::{Block, Function, Type, Value},
};

/// What is known of variables while a function is built.
#[derive(Default)]
pub struct Vars {
    current: HashMap<(Block, VarId), Value>,
    preds: HashMap<Block, Vec<Block>>,
    sealed: HashMap<Block, bool>,
    /// Parameters of blocks not sealed yet, which still need arguments.
    incomplete: HashMap<Block, Vec<(VarId, Value)>>,
}

impl Vars {
    /// The variable has this value from here on in the block.
    pub fn write(&mut self, block: Block, var: VarId, value: Value) {
        self.current.insert((block, var), value);
    }

    /// Notes an edge, once per edge.
    pub fn add_pred(&mut self, block: Block, pred: Block) {
        self.preds.entry(block).or_default().push(pred);
    }

    /// Whether anything leads to the block.
    pub fn has_preds(&self, block: Block) -> bool {
        self.preds.get(&block).is_some_and(|preds| !preds.is_empty())
    }

    /// The variable's value at the end of what the block has so far; `None` where it has none, in
    /// code that cannot be reached.
    pub fn read(&mut self, f: &mut Function, block: Block, var: VarId, ty: Type) -> Option<Value> {
        if let Some(value) = self.current.get(&(block, var)) {
            return Some(*value);
        }
        let value = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.read_from_preds(f, block, var, ty))?;
        self.write(block, var, value);
        Some(value)
    }

    fn read_from_preds(&mut self, f: &mut Function, block: Block, var: VarId, ty: Type) -> Option<Value> {
        if !self.sealed.get(&block).copied().unwrap_or(false) {
            let param = f.add_param(block, ty);
            self.incomplete.entry(block).or_default().push((var, param));
            return Some(param);
        }
        let preds = self.preds.get(&block).map(Vec::as_slice).unwrap_or(&[]);
        match *preds {
            [] => None,
            [only] => self.read(f, only, var, ty),
            _ => {
                let param = f.add_param(block, ty);
                // Before the arguments are looked for, for the search may come back here.
                self.write(block, var, param);
                self.add_args(f, block, var, ty);
                Some(param)
            }
        }
    }

    /// Gives the block's newest parameter its argument on each edge.
    fn add_args(&mut self, f: &mut Function, block: Block, var: VarId, ty: Type) {
        let mut preds = self.preds.get(&block).cloned().unwrap_or_default();
        preds.sort();
        preds.dedup();
        for pred in preds {
            let Some(arg) = self.read(f, pred, var, ty) else { continue };
            for edge in f.end_mut(pred).edges_mut().filter(|edge| edge.block == block) {
                edge.args.push(arg);
            }
        }
    }

    /// All edges to the block are known now.
    pub fn seal(&mut self, f: &mut Function, block: Block) {
        self.sealed.insert(block, true);
        for (var, param) in self.incomplete.remove(&block).unwrap_or_default() {
            let ty = f.ty(param);
            self.add_args(f, block, var, ty);
        }
    }
}
